/** Markup that is safe to send: only `html` makes it. */
export interface Html {
  readonly markup: string
}
type Value = string | number | Html | readonly Html[]

/** Markup from a template. Every string put into it is text, whatever it looks like; other markup stays markup. */
export function html(template: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { markup: template.reduce((markup, part, i) => markup + written(values[i - 1] ?? '') + part) }
}

function written(value: Value): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return value.replace(/[&<>"']/g, sign => entities[sign] ?? sign)
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
