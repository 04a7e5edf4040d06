/** What tells subscriptions apart: their stream and their name. */
export function keyOf({ stream, name }: { readonly stream: string; readonly name: string }): string {
  return JSON.stringify([stream, name])
}
