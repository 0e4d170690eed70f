import { z } from 'zod'

const units = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const
const written = /^\s*(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB)\s*$/

/** Bytes of a size as people write it (`512KiB`, `64MiB`, `1.5GiB`), or `undefined`. */
export function parseBytes(text: string): number | undefined {
  const [, digits, unit] = written.exec(text) ?? []
  return digits && unit ? Math.round(Number(digits) * units[unit as keyof typeof units]) : undefined
}

/** The shortest way to write `bytes` without losing any of it: 67108864 is `64MiB`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB'] as const)
    if (bytes >= units[unit] && bytes % units[unit] === 0) return `${bytes / units[unit]}${unit}`
  return `${bytes}B`
}

/** A setting that is a size: written `64MiB`, read as bytes. `min` and `max` are sizes too. */
export function bytes({ min, max }: { min: string; max: string }) {
  const [least, most] = [parseBytes(min) ?? 0, parseBytes(max) ?? Infinity]
  const expected = `a size from ${min} to ${max}, such as 64MiB`
  return z
    .codec(z.string({ error: () => expected }).regex(written, { error: () => expected, abort: true }), z.number(), {
      decode: text => parseBytes(text) ?? Number.NaN,
      encode: formatBytes,
    })
    .refine(size => size >= least && size <= most, { error: () => expected })
    .meta({ description: expected })
}
