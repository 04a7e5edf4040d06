import { type Evidence, eventsOf, type Finding } from './evidence.ts'

/** A follower that goes on after the last event it has seen has seen every event once, in order. */
export function* checkFollowers({ journals, followers, stored }: Evidence): Generator<Finding> {
  for (const { name, stream } of followers) {
    const numbers = eventsOf(stream, stored).map(({ number }) => number)
    for (const { process, records } of journals) {
      const seen = records.flatMap((record) => (record.type === 'followed' && record.follower === name ? [record] : []))
      if (seen.length === 0 && !records.some(({ type }) => type === 'followed')) continue
      const wrong = seen.findIndex(({ number }, index) => number !== numbers[index])
      if (wrong !== -1) {
        const what = `${name} in ${process}: expected ${numbers[wrong] ?? 'nothing more'}, found ${seen[wrong]?.number}`
        yield { rule: 'followers see every event once, in order', what }
      } else if (seen.length < numbers.length) {
        const what = `${name} in ${process} has seen ${seen.length} of ${numbers.length}`
        yield { rule: 'followers see every event once, in order', what }
      }
    }
  }
}
