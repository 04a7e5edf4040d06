import { inject } from 'vitest'

/** The same URL by way of the pooler, if it leads to the server of the tests. */
export function pooledUrl(url: string): string {
  return url.replace(new URL(inject('serverUrl')).host, inject('poolerHost'))
}

/** The same URL past the pooler. */
export function directUrl(url: string): string {
  return url.replace(inject('poolerHost'), new URL(inject('serverUrl')).host)
}

/** The options of a function that takes a connection string, by way of the pooler. */
export function pooledOptions<Options extends { readonly connectionString?: string | undefined }>(
  options: Options,
): Options {
  if (typeof options?.connectionString !== 'string') return options
  return { ...options, connectionString: pooledUrl(options.connectionString) }
}
