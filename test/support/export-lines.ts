/** An export as text, without a store: its header, one stream, so many events of it, and its end. */
export function exportLines(events: number, { stream = 's', data = '{"n":1}' } = {}): string[] {
  const time = '2030-01-31T12:00:00.000000Z'
  const header = {
    record: 'header',
    format: 'pg-event-store',
    version: 1,
    kind: 'whole',
    payload: 'json',
    head: events,
  }
  const end = { streams: 1, events, links: 0, versions: 0, snapshots: 0, subscriptions: 0 }
  const lines = Array.from({ length: events }, (_, index) => {
    const number = index + 1
    const id = `0190a0b0-0000-7000-8000-${String(number).padStart(12, '0')}`
    const place = `"position":${number},"stream":"${stream}","streamVersion":${number},"id":"${id}"`
    return `{"record":"event",${place},"type":"A","causationId":null,"correlationId":null,"createdAt":"${time}","data":${data},"metadata":{}}`
  })
  return [
    JSON.stringify(header),
    JSON.stringify({ record: 'stream', name: stream, createdAt: time, deletedAt: null }),
    ...lines,
    JSON.stringify({ record: 'end', ...end }),
  ]
}
