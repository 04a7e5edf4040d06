import type { HttpBindings } from '@hono/node-server'
import { readContentSlices } from '../operations/content-slices.ts'
import type { ContentPart } from './api.ts'
import type { AdminContext } from './context.ts'
import { isUnforeseen } from './refusal.ts'

/** What is to be saved, and as what. */
interface Download {
  readonly of: 'event' | 'snapshot'
  readonly id: string
  readonly part: ContentPart
  /** The beginning of the file's name: letters, digits and dashes. */
  readonly name: string
}

/**
 * Answers with a whole content, for the browser to save; undefined when there is no such event or snapshot. What fails halfway cuts
 * the connection: what came so far must not be taken for all.
 */
export async function download(
  { operations, payload, onFailure }: Pick<AdminContext, 'operations' | 'payload' | 'onFailure'>,
  { outgoing }: HttpBindings,
  { name, ...request }: Download,
): Promise<Response | undefined> {
  const slices = readContentSlices(operations, payload, request)
  let next = await slices.next()
  if (next.done) return undefined
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (next.done) return controller.close()
          controller.enqueue(next.value)
          next = await slices.next()
        } catch (error) {
          if (isUnforeseen(error)) onFailure(error)
          outgoing.destroy()
        }
      },
      cancel: async () => {
        await slices.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
  const file = `${name}-${request.part}.${payload === 'bytea' ? 'bin' : 'json'}`
  return new Response(body, {
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Disposition': `attachment; filename="${file}"` },
  })
}
