import type {
  AppendRequest,
  DeleteSnapshotRequest,
  DeleteStreamRequest,
  DeleteSubscriptionRequest,
  ResetSubscriptionRequest,
} from './api.ts'
import { Fields } from './body.ts'
import { BadRequest } from './refusal.ts'

/** The bodies of requests that change something, checked as far as the store does not. Each throws BadRequest. */

const EVENT_FIELDS = ['type', 'data', 'metadata', 'id', 'causationId', 'correlationId']

export function appendRequestOf(body: unknown): AppendRequest {
  const fields = new Fields(body, ['stream', 'expectedVersion', 'events'])
  const events = fields.list('events')
  if (events.length === 0) throw new BadRequest('events must have one event at least, found none.')
  return {
    stream: fields.text('stream'),
    expectedVersion: fields.expectedVersion(),
    events: events.map((each, index) => newEventOf(each, `Event ${index + 1}`)),
  }
}

export function deleteStreamRequestOf(body: unknown): DeleteStreamRequest {
  const fields = new Fields(body, ['name', 'mode', 'expectedVersion'])
  const expectedVersion = fields.expectedVersion()
  if (expectedVersion === 'no-stream') {
    throw new BadRequest('expectedVersion must not be no-stream: what is not there cannot be deleted.')
  }
  return { name: fields.text('name'), mode: fields.word('mode', ['soft', 'hard']), expectedVersion }
}

export function resetSubscriptionRequestOf(body: unknown): ResetSubscriptionRequest {
  const fields = new Fields(body, ['stream', 'name', 'to'])
  return { stream: fields.text('stream'), name: fields.text('name'), to: fields.integer('to') }
}

export function deleteSubscriptionRequestOf(body: unknown): DeleteSubscriptionRequest {
  const fields = new Fields(body, ['stream', 'name'])
  return { stream: fields.text('stream'), name: fields.text('name') }
}

export function deleteSnapshotRequestOf(body: unknown): DeleteSnapshotRequest {
  return { id: new Fields(body, ['id']).text('id') }
}

/** What is in the other fields is for the store to check. */
function newEventOf(given: unknown, what: string): AppendRequest['events'][number] {
  const fields = new Fields(given, EVENT_FIELDS, what)
  if (!fields.has('data')) throw new BadRequest(`${what} has no data.`)
  fields.text('type')
  return given as AppendRequest['events'][number]
}
