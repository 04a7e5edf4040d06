import type { Measurement, Report } from '../../../bench/harness/report.ts'

/** A measurement of which only what matters is given. */
export function aMeasurement(given: Partial<Measurement> = {}): Measurement {
  return { suite: 'append', name: 'single events', unit: 'events/s', better: 'more', samples: [1], ...given }
}

/** A report of which only what matters is given. */
export function aReport(given: Partial<Report> = {}): Report {
  return {
    version: 1,
    startedAt: '2026-01-02T03:04:05.678Z',
    quick: false,
    machine: {
      cpu: 'A processor',
      cores: 2,
      memory: 2 ** 33,
      platform: 'linux',
      node: 'v20.0.0',
      packageVersion: '1.0.0',
    },
    server: { version: '18.0', settings: { fsync: 'on' } },
    measurements: [],
    ...given,
  }
}
