import type { Log } from '../log.ts'
import { Problem } from '../outcome/problem.ts'
import { complain } from './complain.ts'

const say = (first: unknown, more?: unknown): void =>
  complain(new Problem(String(typeof first === 'string' ? first : more)))

/** For commands that answer and end: what people have to know goes where mistakes go. */
export const stderrLog = { debug() {}, info() {}, warn: say, error: say } as Log // pino's other forms are never used here
