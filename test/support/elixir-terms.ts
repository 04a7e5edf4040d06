/** Terms as Erlang/OTP 25 writes them (`term_to_binary/1`), in base64, and what JSON can hold of them. */
export const TERMS: readonly (readonly [written: string, value: unknown])[] = [
  [
    'g3QAAAAEZAAKX19zdHJ1Y3RfX2QAFUVsaXhpci5CYW5rLkRlcG9zaXRlZGQAAmF0ZAADbmlsZAAFY2VudHNiAAAB9GQABG5vdGVt' +
      'AAAADWbDvHIgQW5uIPCfmYI=',
    { cents: 500, note: 'für Ann 🙂', at: null },
  ],
  [
    'g3QAAAAGZAADb2ZmZAAFZmFsc2VkAAJva2QABHRydWVkAAVyYXRpb0Y/0AAAAAAAAGQAB3JldHJpZXNi/////W0AAAACaXBoBGF/' +
      'YQBhAGEBbQAAAAR1c2VybQAAAANhbm4=',
    { user: 'ann', ip: [127, 0, 0, 1], retries: -3, ratio: 0.25, ok: true, off: false },
  ],
  ['g2sAAwECAw==', [1, 2, 3]],
  [
    'g2wAAAAEYgAAAQBkAAdjcmVhdGVkbAAAAAJoAmQAAWFhAWgCZAABYmpqawAIY2hhcmxpc3Rq',
    [
      256,
      'created',
      [
        ['a', 1],
        ['b', []],
      ],
      [...Buffer.from('charlist')],
    ],
  ],
  [
    'g2gFbgYAed8NhkhwbgcBAQAAAAAAIG4RANIKP86WX7ysuPPbwHUgyaADbgQAAAAAgGL/////',
    [123_456_789_012_345, '-9007199254740993', '1234567890123456789012345678901234567890', 2_147_483_648, -1],
  ],
  ['g20AAAAD/wAB', '/wAB'],
  ['g2QAA25pbA==', null],
  ['g2QAAek=', 'é'],
  ['g3cG5pel5pys', '日本'],
  [
    'g3QAAAANZAAKX19zdHJ1Y3RfX2QAD0VsaXhpci5EYXRlVGltZWQACGNhbGVuZGFyZAATRWxpeGlyLkNhbGVuZGFyLklTT2QAA2Rh' +
      'eWEEZAAEaG91cmEFZAALbWljcm9zZWNvbmRoAmIAAeJAYQZkAAZtaW51dGVhBmQABW1vbnRoYQNkAAZzZWNvbmRhB2QACnN0ZF9v' +
      'ZmZzZXRhAGQACXRpbWVfem9uZW0AAAAHRXRjL1VUQ2QACnV0Y19vZmZzZXRhAGQABHllYXJiAAAH5WQACXpvbmVfYWJicm0AAAAD' +
      'VVRD',
    {
      calendar: 'Elixir.Calendar.ISO',
      year: 2021,
      month: 3,
      day: 4,
      hour: 5,
      minute: 6,
      second: 7,
      microsecond: [123_456, 6],
      time_zone: 'Etc/UTC',
      zone_abbr: 'UTC',
      std_offset: 0,
      utc_offset: 0,
    },
  ],
  [
    'g2wAAAEsYQFhAmEDYQRhBWEGYQdhCGEJYQphC2EMYQ1hDmEPYRBhEWESYRNhFGEVYRZhF2EYYRlhGmEbYRxhHWEeYR9hIGEhYSJh' +
      'I2EkYSVhJmEnYShhKWEqYSthLGEtYS5hL2EwYTFhMmEzYTRhNWE2YTdhOGE5YTphO2E8YT1hPmE/YUBhQWFCYUNhRGFFYUZhR2FI' +
      'YUlhSmFLYUxhTWFOYU9hUGFRYVJhU2FUYVVhVmFXYVhhWWFaYVthXGFdYV5hX2FgYWFhYmFjYWRhZWFmYWdhaGFpYWpha2FsYW1h' +
      'bmFvYXBhcWFyYXNhdGF1YXZhd2F4YXlhemF7YXxhfWF+YX9hgGGBYYJhg2GEYYVhhmGHYYhhiWGKYYthjGGNYY5hj2GQYZFhkmGT' +
      'YZRhlWGWYZdhmGGZYZphm2GcYZ1hnmGfYaBhoWGiYaNhpGGlYaZhp2GoYalhqmGrYaxhrWGuYa9hsGGxYbJhs2G0YbVhtmG3Ybhh' +
      'uWG6YbthvGG9Yb5hv2HAYcFhwmHDYcRhxWHGYcdhyGHJYcphy2HMYc1hzmHPYdBh0WHSYdNh1GHVYdZh12HYYdlh2mHbYdxh3WHe' +
      'Yd9h4GHhYeJh42HkYeVh5mHnYehh6WHqYeth7GHtYe5h72HwYfFh8mHzYfRh9WH2Yfdh+GH5Yfph+2H8Yf1h/mH/YgAAAQBiAAAB' +
      'AWIAAAECYgAAAQNiAAABBGIAAAEFYgAAAQZiAAABB2IAAAEIYgAAAQliAAABCmIAAAELYgAAAQxiAAABDWIAAAEOYgAAAQ9iAAAB' +
      'EGIAAAERYgAAARJiAAABE2IAAAEUYgAAARViAAABFmIAAAEXYgAAARhiAAABGWIAAAEaYgAAARtiAAABHGIAAAEdYgAAAR5iAAAB' +
      'H2IAAAEgYgAAASFiAAABImIAAAEjYgAAASRiAAABJWIAAAEmYgAAASdiAAABKGIAAAEpYgAAASpiAAABK2IAAAEsag==',
    Array.from({ length: 300 }, (_, n) => n + 1),
  ],
  ['g3QAAAAA', {}],
  ['g20AAAAA', ''],
]

/** What it writes of `nil`: metadata that nobody has given. */
export const NIL: Buffer = Buffer.from('g2QAA25pbA==', 'base64')
