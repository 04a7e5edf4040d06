import { Dialog } from './dialog.tsx'

const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['1 – 5', 'Streams, $all, subscriptions, rates, snapshots'],
  ['/', 'Search or filter'],
  ['j, k', 'Next and previous row'],
  ['Enter', 'Open what is focused'],
  ['[ and ]', 'Previous and next page, older events, or the event beside'],
  ['p', 'Pause and resume live events'],
  ['Arrow keys', 'In JSON: walk, fold and unfold. In a chain: cause, effect, above, below'],
  ['t', 'Colours: as the system says, light, dark'],
  ['?', 'This help'],
  ['Esc', 'Close'],
]

export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">
        Live lists stand still while you point at them or have scrolled into them; what arrives meanwhile waits behind a
        button.
      </p>
    </Dialog>
  )
}
