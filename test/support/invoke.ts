/** Calls a method with arguments of any type, the wrong ones too. */
export function invoke(target: object, method: string, ...args: readonly unknown[]): unknown {
  return Reflect.apply(Reflect.get(target, method), target, args)
}

/** The error that a task throws or rejects with. */
export async function errorOf(task: () => unknown): Promise<Error> {
  try {
    await task()
  } catch (error) {
    if (error instanceof Error) return error
    throw new Error(`Expected an Error to be thrown, found ${String(error)}`)
  }
  throw new Error('Expected an error to be thrown, found none')
}
