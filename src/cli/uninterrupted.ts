/**
 * The signal of work that is not left when the command is interrupted: it hears of that itself, and ends once nothing is half done.
 */
export const UNINTERRUPTED: AbortSignal = new AbortController().signal
