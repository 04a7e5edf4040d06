/** Where the page is when it was built: in the folder of this package, two levels up, compiled or not. */
export const PAGE_FOLDER = new URL('../../dist/admin/page/', import.meta.url)
