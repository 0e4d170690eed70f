import type { Rule } from './rule.ts'

/** Every mechanism longhold can name. To add one: write its folder, then its line here. Among findings equally sure, the earlier rule wins. */
export const rules: readonly Rule[] = []
