import type { Page } from 'playwright-core'

/** Resolves when the page has had two reasons to show something newer: it follows the same stream. */
export const madeAnewTwice = (page: Page): Promise<unknown> =>
  page.evaluate(`new Promise(resolve => {
    let heard = 0
    const stream = new EventSource('api/events')
    stream.addEventListener('summary', () => ++heard === 3 && resolve(stream.close()))
  })`)
