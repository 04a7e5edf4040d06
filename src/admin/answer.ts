/** Answers with JSON; of Dates it makes ISO 8601 strings. */
export function answer<Body>(body: AsJson<Body>): Response {
  return Response.json(body)
}

/** What is written as `Body`: a Date is, where a string is expected. */
type AsJson<Body> = Body extends string
  ? Body | Date
  : Body extends readonly (infer Item)[]
    ? readonly AsJson<Item>[]
    : Body extends object
      ? { readonly [Key in keyof Body]: AsJson<Body[Key]> }
      : Body
