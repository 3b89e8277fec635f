import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { Settings } from '../config.ts';
import { EncryptingCodec } from './payload-codec.ts';

export interface TemporalConnection {
  client: Client;
  connection: Connection;
}

/** Connects to the Temporal frontend; fails within seconds when it can't be reached. */
export async function connectTemporal(
  settings: Pick<Settings, 'TEMPORAL_ADDRESS' | 'TEMPORAL_NAMESPACE' | 'PAYLOAD_KEYS'>,
): Promise<TemporalConnection> {
  const connection = await Connection.connect({ address: settings.TEMPORAL_ADDRESS, connectTimeout: '10 seconds' });
  const client = new Client({
    connection,
    namespace: settings.TEMPORAL_NAMESPACE,
    dataConverter: dataConverter(settings),
  });
  return { connection, client };
}

/** How payloads are written and read; the same in every client and worker. */
export function dataConverter(settings: Pick<Settings, 'PAYLOAD_KEYS'>): DataConverter {
  return { payloadCodecs: [new EncryptingCodec(settings.PAYLOAD_KEYS)] };
}

/** Address of a workflow in the Temporal Web UI, or null where none is configured. */
export function workflowUrl(
  settings: Pick<Settings, 'TEMPORAL_UI_URL' | 'TEMPORAL_NAMESPACE'>,
  workflowId: string,
): string | null {
  if (!settings.TEMPORAL_UI_URL) return null;
  return `${settings.TEMPORAL_UI_URL}/namespaces/${encodeURIComponent(settings.TEMPORAL_NAMESPACE)}/workflows/${encodeURIComponent(workflowId)}`;
}

/** Address of the Web UI's list of the workflows that a query finds, or null where none is configured. */
export function listUrl(
  settings: Pick<Settings, 'TEMPORAL_UI_URL' | 'TEMPORAL_NAMESPACE'>,
  query: string,
): string | null {
  if (!settings.TEMPORAL_UI_URL) return null;
  return `${settings.TEMPORAL_UI_URL}/namespaces/${encodeURIComponent(settings.TEMPORAL_NAMESPACE)}/workflows?query=${encodeURIComponent(query)}`;
}
