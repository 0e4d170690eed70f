import type { Proxy } from './services.ts'
export const ipvs: Proxy = { mode: 'ipvs', setUp: () => [], sync: () => [], flush: () => [] }
