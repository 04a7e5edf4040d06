import { type JsonNode, parseJsonNodes } from '../json/json-nodes.ts'

export interface ChangedNumber {
  readonly written: string
  /** What programs read instead. */
  readonly read: string
}

/** The first number in a JSON text that has more digits than programs read: another one would be stored, and nobody told. */
export function changedNumber(text: string): ChangedNumber | undefined {
  const root = parseJsonNodes(text)
  const waiting: JsonNode[] = root ? [root] : []
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index]?.node
      if (child) waiting.push(child)
    }
    const written = text.slice(node.start, node.end)
    if (node.kind !== 'literal' || !/^-?\d/.test(written)) continue
    const read = String(Number(written))
    if (plain(written) !== plain(read)) return { written, read }
  }
  return undefined
}

/** Digits without zeros around them, and how many places they stand left of the point: equal for `1.50`, `15e-1` and `1.5`. */
function plain(number: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return whole === '' ? number : '0'
  return `${significant} ${Number(exponent) - fraction.length + digits.length - significant.length}`
}
