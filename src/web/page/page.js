// Without this script the page reloads itself now and then; with it, it follows the stream of events.
const stream = new EventSource('/api/events')
stream.addEventListener('summary', () => void refresh())
stream.addEventListener('error', () => setState('no connection to longhold, trying again'))

// What needs a script shows only where there is one.
document.documentElement.classList.add('scripted')
document.addEventListener('click', ({ target }) => {
  if (target.matches('.copy')) void copy(target)
})

let loading = false

/** Puts the page's newest main part in place, as the server renders it: there is one renderer. */
async function refresh() {
  if (loading || document.hidden || isSelecting()) return
  loading = true
  try {
    const response = await fetch('/', { cache: 'no-store' })
    const next = new DOMParser().parseFromString(await response.text(), 'text/html')
    const scrolled = [...document.querySelectorAll('.scroll')].map(each => each.scrollLeft)
    document.querySelector('main').replaceWith(next.querySelector('main'))
    document.querySelectorAll('.scroll').forEach((each, i) => {
      each.scrollLeft = scrolled[i] ?? 0
    })
    setState('live')
  } catch {
    setState('no connection to longhold, trying again')
  } finally {
    loading = false
  }
}

/** Somebody who marks a line to copy it must not have it pulled away. */
function isSelecting() {
  return document.getSelection()?.isCollapsed === false
}

function setState(words) {
  document.querySelector('#state').textContent = words
}

/** Copies the block below the button. Without permission (a page that came over plain HTTP) it stays marked: Ctrl-C does the rest. */
async function copy(button) {
  const block = button.parentElement.nextElementSibling
  document.getSelection()?.selectAllChildren(block)
  try {
    await navigator.clipboard.writeText(block.textContent)
    button.textContent = 'copied'
    document.getSelection()?.removeAllRanges()
  } catch {
    button.textContent = 'marked'
  }
}
