import { expect } from 'vitest'

type Lines = readonly string[]

/** What each example prints, as lines without indentation and alignment. Times and ids are left open, and who is faster. */
export const EXPECTED: Readonly<Record<string, (lines: Lines) => void>> = {
  '01': (lines) =>
    expect(lines).toEqual([
      'Append, saying which version the stream should have:',
      'order-1 is at version 2, and $all at position 2',
      'order-2 is at version 1, and $all at position 3',
      'order-1 is at version 3, and $all at position 4',
      'Read a stream:',
      '1 order-1 OrderPlaced {"customer":"Ada","cents":4200}',
      '2 order-1 OrderPaid {"cents":4200}',
      '3 order-1 OrderShipped {"carrier":"post"}',
      'Read it backwards, for its latest event:',
      '3 order-1 OrderShipped {"carrier":"post"}',
      'Read $all from position 2, every stream in the order of commits:',
      '2 order-1 OrderPaid {"cents":4200}',
      '3 order-2 OrderPlaced {"customer":"Grace","cents":900}',
      '4 order-1 OrderShipped {"carrier":"post"}',
      'Read a stream that nobody has appended to:',
      'STREAM_NOT_FOUND',
    ]),

  '02': (lines) => {
    expect(lines.slice(0, 7)).toEqual([
      'Ada, Grace and Linus all have seen 3 lamps, at version 1:',
      'Ada buys 2, at version 1',
      'Grace looks again, for version 1 has become 2',
      'Grace buys 1, at version 2',
      'Linus looks again, for version 1 has become 3',
      'Linus is refused, for 0 are left',
      'Two more are delivered, and four customers come at once:',
    ])
    const atOnce = lines.slice(7, -1).join('\n')
    expect([...atOnce.matchAll(/^\w+ buys 1, at version (\d)$/gm)].map(([, version]) => version)).toEqual(['4', '5'])
    expect(atOnce.match(/^\w+ is refused, for 0 are left$/gm)).toHaveLength(2)
    expect(lines.at(-1)).toBe('0 lamps are left, at version 6: none was sold twice.')
  },

  '03': (lines) =>
    expect(lines).toEqual([
      'The stock changes in the transaction that places an order, or neither of them:',
      'order-1 2 × lamp 3 left placed',
      'order-2 4 × chair 4 left placed',
      'order-2 1 × chair 4 left rolled back: Stream "order-2": expected no stream, found version 1',
      expect.stringMatching(/^order-3 4 × lamp 3 left rolled back: .*stock_pieces_check/),
      'order-4 1 × lamp 2 left placed',
      'The sales follow, by a subscription:',
      'event 1 is counted',
      'event 2 is counted',
      'event 3 is counted',
      'chair orders: 1 200 €',
      'lamp orders: 2 126 €',
      'It is forgotten, so every event comes once more:',
      'event 1 was counted before',
      'event 2 was counted before',
      'event 3 was counted before',
      'chair orders: 1 200 €',
      'lamp orders: 2 126 €',
    ]),

  '04': (lines) => {
    const someone = '(Ada|Grace|Linus)'
    const packed = (order: number) =>
      new RegExp(`^order-${order} OrderPlaced ${someone} OrderPaid ${someone} OrderShipped ${someone}$`)
    expect(lines).toEqual([
      '15 events of 5 orders, packed by three:',
      ...[1, 2, 3, 4, 5].map((order) => expect.stringMatching(packed(order))),
      '3 of them were busy at the same time',
      'Mails, three at a time, to each customer in order:',
      'Barbara order-1 placed, order-3 placed, order-5 placed, order-1 shipped, order-3 shipped, order-5 shipped',
      'Edsger order-2 placed, order-4 placed, order-2 shipped, order-4 shipped',
    ])
  },

  '05': (lines) => {
    expect(lines.indexOf('Ada is live')).toBeLessThan(lines.indexOf('Grace is standby'))
    expect(lines.indexOf('Grace is standby')).toBeLessThan(lines.indexOf('Ada takes order-1'))
    expect(lines).toContain('Ada is killed, with an order in hands')
    const orders = (start: string) =>
      lines.filter((line) => line.startsWith(`${start} order-`)).map((line) => Number(line.split('-')[1]))
    const left = orders('Ada takes').filter((order) => !orders('Ada has packed').includes(order))
    expect(orders('Ada takes')).toEqual(upTo(8).slice(0, orders('Ada takes').length))
    expect(orders('Grace takes')).toEqual(upTo(8).slice(-orders('Grace takes').length))
    expect(orders('Grace takes')).toEqual(expect.arrayContaining(left))
    expect(orders('Grace has packed')).toEqual(orders('Grace takes'))
    expect(new Set([...orders('Ada has packed'), ...orders('Grace has packed')]).size).toBe(8)
    expect(lines.findLastIndex((line) => line.startsWith('Ada takes'))).toBeLessThan(
      lines.findIndex((line) => line.startsWith('Grace takes')),
    )
    expect(lines.at(-1)).toBe('All 8 orders are packed, in order and at least once: what Ada had in hands came again.')
  },

  '06': (lines) =>
    expect(lines.map((line) => line.replace(/\d+ ms/, '… ms'))).toEqual([
      'A stock with 20,000 changes, loaded twice, after three sales, and after many:',
      'no snapshot 20000 events … ms version 20000: 5000 lamps, 5000 chairs',
      'snapshot 20000 0 events … ms version 20000: 5000 lamps, 5000 chairs',
      'snapshot 20000 3 events … ms version 20003: 4998 lamps, 4999 chairs',
      'snapshot 20000 2003 events … ms version 22003: 5498 lamps, 5499 chairs',
      'snapshot 22003 0 events … ms version 22003: 5498 lamps, 5499 chairs',
      'From all events: version 22003: 5498 lamps, 5499 chairs, the same',
    ]),

  '07': (lines) =>
    expect(lines).toEqual([
      'What fits is stored:',
      'OrderPlaced stored',
      'DiscountGranted stored',
      'What does not even compile is refused too, should it come from JavaScript:',
      expect.stringMatching(/^OrderPlacd type: /),
      expect.stringMatching(/^DiscountGranted (data\.)?percent: .*expected number/),
      'What types cannot say is found out when it is appended:',
      expect.stringMatching(/^OrderPlaced (data\.)?customer: .*email/),
      expect.stringMatching(/^OrderPlaced (data\.)?lines: .*>=1/),
      expect.stringMatching(/^DiscountGranted (data\.)?percent: .*<=50/),
      'What is read is typed, by the type of the event:',
      'OrderPlaced 92.00 €',
      'DiscountGranted 82.80 €',
    ]),

  '08': (lines) => {
    const [first = ''] = lines
    const id = /"id":"([0-9a-f-]{36})"/.exec(first)?.[1] ?? ''
    expect(lines.map((line) => line.replace(id, 'ID'))).toEqual([
      'POST /orders 201 {"id":"ID","version":1}',
      'POST /orders 201 {"id":"ID","version":1}',
      expect.stringMatching(/^POST \/orders 400 \{"error":\[".*expected number/),
      'POST /orders/:id/payment 200 {"id":"ID","version":2}',
      'POST /orders/:id/payment 200 {"id":"ID","version":2}',
      'POST /orders/:id/payment 409 {"error":"WRONG_EXPECTED_VERSION","version":2}',
      'GET /orders',
      '[{"id":"ID","version":2,"customer":"Ada","status":"paid"}]',
      'GET /events',
      'event: OrderPlaced',
      'data: {"customer":"Ada","cents":4200}',
      'id: 1',
      'event: OrderPaid',
      'data: {}',
      'id: 2',
    ])
  },

  '09': (lines) =>
    expect(lines).toEqual([
      'Read, with old events understood as new ones:',
      '1 OrderCreated → OrderPlaced {"order":"order-1","cents":4200}',
      '2 OrderCreated → OrderPlaced {"order":"order-2","cents":895}',
      '3 OrderPaid → OrderPaid {"order":"order-1","cents":4200}',
      '4 OrderPlaced → OrderPlaced {"order":"order-3","cents":25000}',
      '5 OrderPaid → OrderPaid {"order":"order-2","cents":895}',
      'Copied into a stream for each order; interrupted, and begun again from the start:',
      'up to event 3: 3 new',
      'up to event 5: 2 new',
      'The old stream is deleted, unless the old program has appended to it meanwhile:',
      'not deleted: it was copied up to 5, and is at 6',
      'up to event 6: 1 new',
      'deleted at version 6; its events stay in $all',
      'Large orders are linked into a stream of their own, twice:',
      '1 order-1 2019-05-04 {"order":"order-1","cents":4200}',
      '2 order-3 2019-05-04 {"order":"order-3","cents":25000}',
    ]),

  '10': (lines) => {
    expect(lines).toContainEqual(expect.stringMatching(/^\S+ pass 5$/))
    expect(lines).toContainEqual(expect.stringMatching(/^\S+ fail 0$/))
  },
}

function upTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}
