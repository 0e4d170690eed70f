import { parseAddress } from '../settings/address.ts'
import { parseDuration } from '../settings/duration.ts'
import { dataPort } from './readdress.ts'

/** What the text of a flag or variable has to look like. Limits are the settings' own business. */
export interface Form {
  /** After "expected". */
  readonly expected: string
  readonly fits: (text: string) => boolean
}

export const addressForm: Form = {
  expected: `a name or an IP address, and a port where it is another than ${dataPort}, such as server, 10.0.0.7 or [fd00::7]:9000`,
  fits: text => parseAddress(text, dataPort) !== undefined,
}

export const portForm: Form = {
  expected: 'a port up to 65535',
  fits: text => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
}

export const countForm: Form = { expected: 'a whole number from 1', fits: text => /^0*[1-9]\d*$/.test(text) }

export const keepaliveForm: Form = {
  expected: '"off", or the silence, then the interval and the count where they matter, such as 60s,10s,3',
  fits(text) {
    const [idle = '', interval, count, ...more] = text.split(',')
    return (
      text === 'off' ||
      (isDuration(idle) &&
        (interval === undefined || isDuration(interval)) &&
        (count === undefined || countForm.fits(count)) &&
        more.length === 0)
    )
  },
}

const isDuration = (text: string): boolean => parseDuration(text) !== undefined
