import type { Source } from './source.ts'

/** Every source of evidence there is. To add one: write its folder, then its line here. */
export const sources: readonly Source[] = []
