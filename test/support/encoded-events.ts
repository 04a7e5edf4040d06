import type { Payload } from '../../src/options.ts'
import { type EncodedEvents, EventEncoder, type EventFields } from '../../src/streams/encoded-events.ts'

/** Encoded events with these fields. */
export function encodedEvents(fields: readonly Partial<EventFields>[] = [], payload: Payload = 'json'): EncodedEvents {
  const encoder = new EventEncoder(payload, fields.length)
  for (const given of fields) {
    encoder.add({
      id: undefined,
      causationId: null,
      correlationId: null,
      type: 'T',
      data: '{}',
      metadata: '{}',
      ...given,
    })
  }
  return encoder.finish()
}
