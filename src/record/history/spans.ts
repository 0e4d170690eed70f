/** How far back is remembered, and how finely. Each is whole slices of the one before, and at most 180 of them. */
export const spans = {
  hour: { everyMs: 20_000, slices: 180 },
  day: { everyMs: 600_000, slices: 144 },
  week: { everyMs: 3_600_000, slices: 168 },
} as const

export type Span = keyof typeof spans
/** The finest first. */
export const spanNames = ['hour', 'day', 'week'] as const satisfies readonly Span[]
