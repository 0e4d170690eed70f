import { HistogramLogWriter } from 'hdr-histogram-js'
import type { Recorder } from '../recorder.ts'

/**
 * Takes the recorder's interval histograms and writes them in the standard HdrHistogram log format: one line each,
 * tagged with its series. Values are microseconds; the maximum beside them is in milliseconds, as the format has it.
 */
export function writeIntervals(recorder: Recorder, fromMs: number, toMs: number): string {
  let text = ''
  const log = new HistogramLogWriter(line => {
    text += line
  })
  recorder.takeIntervals((tag, histogram) => {
    histogram.tag = tag
    log.outputIntervalHistogram(histogram, fromMs / 1000, toMs / 1000, 1000)
  })
  return text
}

/** What each histogram log begins with. */
export function hlogHead(startMs: number): string {
  let text = ''
  const log = new HistogramLogWriter(line => {
    text += line
  })
  log.outputComment('[Logged with longhold: latencies in microseconds]')
  log.outputLogFormatVersion()
  log.outputStartTime(startMs)
  log.outputLegend()
  return text.replaceAll('\n\n', '\n') // the library's start time ends in an empty line, which other readers refuse
}
