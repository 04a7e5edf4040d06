import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BINARY_HEADER, BINARY_TRAILER, BinaryRows, writeInt8 } from '../../../src/postgres/binary-rows.ts'

/** Reads rows as binary COPY does; a column is its bytes, or null. */
function parseRows(bytes: Buffer): (Buffer | null)[][] {
  const rows: (Buffer | null)[][] = []
  let offset = 0
  while (offset < bytes.length) {
    const columns = bytes.readInt16BE(offset)
    offset += 2
    const row: (Buffer | null)[] = []
    while (row.length < columns) {
      const length = bytes.readInt32BE(offset)
      offset += 4
      row.push(length === -1 ? null : bytes.subarray(offset, offset + Math.max(0, length)))
      offset += Math.max(0, length)
    }
    rows.push(row)
  }
  if (offset !== bytes.length) throw new Error(`Expected to end after ${bytes.length} bytes, found ${offset}`)
  return rows
}

function rowOf(columns: number, write: (rows: BinaryRows) => void, capacity = 0): (Buffer | null)[] {
  const rows = new BinaryRows(capacity)
  rows.row(columns)
  write(rows)
  const [row] = parseRows(rows.finish())
  return row ?? []
}

describe('a file', () => {
  test('begins with the signature, no flags and no extension, and ends with -1 columns', () => {
    const header = Buffer.from(BINARY_HEADER)
    expect(header.subarray(0, 11).toString('latin1')).toBe('PGCOPY\n\xff\r\n\0')
    expect([header.readInt32BE(11), header.readInt32BE(15), header.length]).toEqual([0, 0, 19])
    expect(Buffer.from(BINARY_TRAILER).readInt16BE()).toBe(-1)
  })
})

describe('an int8', () => {
  const numbers = [0, 1, 255, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1, 999_999_999_999]

  test.each(numbers.flatMap((number) => [number, 0 - number]))('may be %i', (number) => {
    const [first, second] = int8Row(number, 7)
    expect([first, second]).toEqual([BigInt(number), 7n])
  })

  test('is any safe integer, in whichever column', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 6 }), (numbers) => {
        expect(int8Row(...numbers)).toEqual(numbers.map(BigInt))
      }),
    )
  })

  test('is filled in in its own row', () => {
    const rows = new BinaryRows(0)
    const starts = [1, 2, 3].map((n) => {
      const start = rows.row(2)
      rows.int8s(1)
      rows.content('é'.repeat(n))
      return start
    })
    const bytes = rows.finish()
    for (const [index, start] of starts.entries()) writeInt8(viewOf(bytes), start, 0, -index)
    const found = parseRows(bytes).map(([number, text]) => [number?.readBigInt64BE(), text?.toString()])
    expect(found).toEqual([
      [0n, 'é'],
      [-1n, 'éé'],
      [-2n, 'ééé'],
    ])
  })
})

describe('a UUID', () => {
  test('is its 16 bytes', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(rowOf(1, (rows) => rows.uuid(id))[0]?.toString('hex')).toBe(id.replaceAll('-', ''))
      }),
    )
  })

  test.each(['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'])('may be %s', (id) => {
    expect(rowOf(1, (rows) => rows.uuid(id))[0]?.toString('hex')).toBe(id.replaceAll('-', ''))
  })

  test('that is missing is NULL, and the next column comes after it', () => {
    const row = rowOf(3, (rows) => {
      rows.uuid(null)
      rows.uuid(null)
      rows.content('after')
    })
    expect(row.map((column) => column?.toString() ?? null)).toEqual([null, null, 'after'])
  })
})

describe('text', () => {
  test.each(['', 'a', 'é', '日本語', '🚀👩‍👩‍👧‍👦', '\u0000\n\t\\', '\\N', '\uffff', 'x'.repeat(100_000)])(
    'is in UTF-8: %j',
    (text) => {
      expect(rowOf(1, (rows) => rows.content(text))[0]).toEqual(Buffer.from(text))
    },
  )

  test('has a byte before it that is asked for, also when it is 0', () => {
    for (const before of [1, 0, 255]) {
      expect(rowOf(1, (rows) => rows.content('{"é":1}', before))[0]).toEqual(
        Buffer.concat([Buffer.from([before]), Buffer.from('{"é":1}')]),
      )
    }
  })
})

describe('bytes', () => {
  test('are as they are given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const digits = Buffer.from(bytes).toString('hex')
        expect(rowOf(1, (rows) => rows.content(bytes))[0]?.toString('hex')).toBe(digits)
      }),
    )
  })
})

describe('rows', () => {
  const anyRow = fc.record({
    numbers: fc.tuple(fc.maxSafeInteger(), fc.maxSafeInteger()),
    id: fc.option(fc.uuid()),
    text: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('日'.repeat(5_000))),
    content: fc.uint8Array(),
  })

  test('are what was written, however much more or less that is than what was expected', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 20 }), fc.nat(5_000), (drawn, capacity) => {
        const rows = new BinaryRows(capacity)
        const starts = drawn.map(({ id, text, content }) => {
          const start = rows.row(5)
          rows.int8s(2)
          rows.uuid(id)
          rows.content(text, 1)
          rows.content(content)
          return start
        })
        const bytes = rows.finish()
        for (const [index, { numbers }] of drawn.entries()) {
          for (const [column, number] of numbers.entries())
            writeInt8(viewOf(bytes), starts[index] as number, column, number)
        }
        const read = parseRows(bytes).map(([first, second, id, text, content]) => ({
          numbers: [Number(first?.readBigInt64BE()), Number(second?.readBigInt64BE())],
          id: id?.toString('hex') ?? null,
          text: text?.subarray(1).toString(),
          content: content?.toString('hex'),
        }))
        expect(read).toEqual(
          drawn.map(({ numbers, id, text, content }) => ({
            numbers,
            id: id?.replaceAll('-', '') ?? null,
            text,
            content: Buffer.from(content).toString('hex'),
          })),
        )
      }),
    )
  })

  test('may be none', () => {
    expect(new BinaryRows(0).finish()).toHaveLength(0)
  })

  test('are refused beyond the most bytes, and may take all of these', () => {
    const rows = new BinaryRows(10, 1_000)
    rows.content(Buffer.alloc(900))
    rows.content(Buffer.alloc(90))
    expect(() => rows.content('')).toThrow(RangeError)
    expect(rows.finish()).toHaveLength(998)
  })
})

function int8Row(...numbers: readonly number[]): (bigint | undefined)[] {
  const rows = new BinaryRows(0)
  const start = rows.row(numbers.length)
  rows.int8s(numbers.length)
  const bytes = rows.finish()
  for (const [column, number] of numbers.entries()) writeInt8(viewOf(bytes), start, column, number)
  return parseRows(bytes)[0]?.map((column) => column?.readBigInt64BE()) ?? []
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
