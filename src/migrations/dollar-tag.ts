/** A dollar quote for the body of a function, one that a schema's name in that body cannot close. */
export function dollarTag(schema: string): string {
  let tag = '$body$'
  for (let number = 1; schema.includes(tag); number++) tag = `$body${number}$`
  return tag
}
