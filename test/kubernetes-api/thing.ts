/** Any object of the API: its metadata, and whatever else it has. */
export interface Thing {
  readonly metadata: Metadata
  readonly [field: string]: unknown
}

export interface Metadata {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly [field: string]: unknown
}

/** When everything began. */
export const stamp = '2026-11-20T07:00:00Z'

export interface Named {
  readonly name: string
  readonly namespace?: string
}

/** The server itself adds uid and version. */
export function metadata(
  { name, namespace }: Named,
  manager: string,
  more: Readonly<Record<string, unknown>> = {},
): Metadata {
  const managedFields = [
    {
      manager,
      operation: 'Update',
      apiVersion: 'v1',
      time: stamp,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app.kubernetes.io/name': {} } },
        'f:spec': { 'f:ports': {} },
      },
    },
  ]
  return { name, ...(namespace && { namespace }), creationTimestamp: stamp, ...more, managedFields }
}
