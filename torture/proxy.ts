import { connect, createServer, type Server, type Socket } from 'node:net'

/** What a proxy does to the connections that go through it. */
export interface FaultProxy extends AsyncDisposable {
  /** The URL of the target, by way of the proxy. */
  readonly url: string
  /** Lets every byte arrive so many milliseconds later, in both directions; 0 ends that. */
  delay(milliseconds: number): void
  /** Ends connections on both sides. */
  cut(which?: Which): void
  /**
   * Lets nothing through any more, in either direction, not even the end of a connection: both sides believe in it. With
   * `only`, connections of this application name alone, later ones among them.
   */
  blackhole(which?: Which): void
  /** Ends a blackhole: what was held back arrives now, or the connections that it was held back on are cut. */
  heal(how: 'resume' | 'cut'): void
  /** Connections that are open now. */
  count(which?: Which): number
}

interface Which {
  /** Connections whose application name is this one. */
  readonly only?: string
}

interface Link {
  readonly client: Socket
  readonly server: Socket
  /** Told by the first message of the connection. */
  applicationName: string | undefined
  /** Whether something was held back on it. */
  held: boolean
}

/** Listens on a free port, and forwards to wherever the target is at that moment; its URL must say `sslmode=disable`. */
export async function startProxy(target: () => string): Promise<FaultProxy> {
  const links = new Set<Link>()
  let delay = 0
  let blackhole: Which | undefined
  let healed: Promise<void> = Promise.resolve()
  let heal = () => {}

  const chosen = (link: Link, which: Which = {}) => which.only === undefined || which.only === link.applicationName
  const selected = (which?: Which) => [...links].filter((link) => chosen(link, which))

  /** One direction of a connection: everything in order, and nothing while there is a blackhole. */
  function pump(link: Link, from: Socket, to: Socket): void {
    let order: Promise<void> = Promise.resolve()
    const pass = (act: () => void) => {
      const due = performance.now() + delay
      order = order.then(async () => {
        while (blackhole && chosen(link, blackhole)) {
          link.held = true
          await healed
        }
        const wait = due - performance.now()
        if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
        if (!to.destroyed) act()
      })
    }
    from.on('data', (chunk) => {
      if (from === link.client) link.applicationName ??= applicationNameOf(chunk)
      pass(() => to.write(chunk))
    })
    from.on('error', () => {})
    from.on('close', () => {
      pass(() => to.destroy())
      if (link.client.destroyed && link.server.destroyed) links.delete(link)
    })
  }

  const listener = createServer({ noDelay: true }, (client) => {
    const { hostname, port } = new URL(target())
    const server = connect({ port: Number(port || 5432), host: hostname, noDelay: true })
    const link: Link = { client, server, applicationName: undefined, held: false }
    links.add(link)
    pump(link, client, server)
    pump(link, server, client)
  })
  const port = await listen(listener)

  const end = (link: Link) => {
    link.client.destroy()
    link.server.destroy()
  }
  return {
    get url() {
      const url = new URL(target())
      url.hostname = '127.0.0.1'
      url.port = String(port)
      return url.href
    },
    delay(milliseconds) {
      delay = milliseconds
    },
    cut(which) {
      for (const link of selected(which)) end(link)
    },
    blackhole(which = {}) {
      if (!blackhole) {
        healed = new Promise((resolve) => {
          heal = resolve
        })
      }
      blackhole = which
    },
    heal(how) {
      for (const link of links) {
        if (how === 'cut' && link.held) end(link)
        link.held = false
      }
      blackhole = undefined
      heal()
    },
    count: (which) => selected(which).length,
    async [Symbol.asyncDispose]() {
      blackhole = undefined
      heal()
      for (const link of links) end(link)
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

/** Two proxies that fail together. The URL is that of the first. */
export function joinProxies(first: FaultProxy, second: FaultProxy): FaultProxy {
  const both = [first, second]
  return {
    get url() {
      return first.url
    },
    delay: (milliseconds) => both.forEach((proxy) => void proxy.delay(milliseconds)),
    cut: (which) => both.forEach((proxy) => void proxy.cut(which)),
    blackhole: (which) => both.forEach((proxy) => void proxy.blackhole(which)),
    heal: (how) => both.forEach((proxy) => void proxy.heal(how)),
    count: (which) => first.count(which) + second.count(which),
    async [Symbol.asyncDispose]() {
      for (const proxy of both) await proxy[Symbol.asyncDispose]()
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}

/** A startup message is a list of names and values, each ended by a zero byte. */
function applicationNameOf(startup: Buffer): string {
  const words = startup.toString('utf8', 8).split('\0')
  const index = words.indexOf('application_name')
  return index === -1 ? '' : (words[index + 1] ?? '')
}
