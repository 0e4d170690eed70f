import { keepaliveLines } from '../keepalive-lines.ts'
import type { cloudOf } from './clouds.ts'

export const remedy = (
  { after, by }: { readonly after: number; readonly by: number },
  cloud: ReturnType<typeof cloudOf>,
): readonly string[] => [
  ...keepaliveLines(cloud?.ms ?? (after > 0 ? after : by)),
  ...(cloud ? [`# Or raise the timeout, ${cloud.ms / 1000} s by default:`, ...cloud.remedy] : []),
]
