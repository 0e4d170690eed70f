/** The newest `size` of what was pushed, oldest first. */
export interface Ring<T> extends Iterable<T> {
  push(each: T): void
  readonly length: number
  /** Pushed in all. */
  readonly total: number
  toArray(): T[]
  readonly last: T | undefined
}

export function ring<T>(size: number): Ring<T> {
  const slots: T[] = []
  let total = 0
  const toArray = () => {
    const from = total % size
    return slots.length < size ? [...slots] : [...slots.slice(from), ...slots.slice(0, from)]
  }
  return {
    push(each) {
      slots[total % size] = each
      total += 1
    },
    get length() {
      return slots.length
    },
    get total() {
      return total
    },
    toArray,
    get last() {
      return total === 0 ? undefined : slots[(total - 1) % size]
    },
    [Symbol.iterator]: () => toArray()[Symbol.iterator](),
  }
}
