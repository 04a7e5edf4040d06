import { Option } from 'commander'

/** An option whose value is, or may be, one of a few words: shells complete them. */
export class WordOption extends Option {
  readonly words: readonly string[]

  constructor(flags: string, description: string, words: readonly string[]) {
    super(flags, description)
    this.words = words
  }
}
