import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe-core finds wrong with the page as it is now: all its rules, contrast included. One line each, with where. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations: found } = await page.evaluate<axe.AxeResults>('axe.run(document)')
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')}: ${failureSummary ?? ''}`),
  )
}
