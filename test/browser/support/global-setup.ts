import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { findChromium } from '../../support/chromium.ts'
import { buildPage } from './build-page.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the tests connect to the browser that all of them share. */
    readonly browserEndpoint: string
  }
}

/** Builds the page, and starts one browser for all files: to start one takes longer than most tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildPage()
  const executablePath = findChromium()
  const root = process.getuid?.() === 0
  const browser = await chromium.launchServer({ executablePath, args: root ? ['--no-sandbox'] : [] })
  project.provide('browserEndpoint', browser.wsEndpoint())
  return () => browser.close()
}
