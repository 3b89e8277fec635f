import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { Settings } from '../config.ts';
import { EncryptingCodec } from './payload-codec.ts';

export interface TemporalConnection {
  client: Client;
  connection: Connection;
}

/** Connects to the Temporal frontend. @throws within seconds when it can't be reached */
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

/** Encodes and decodes payloads; every client and worker must use the same one. */
export function dataConverter(settings: Pick<Settings, 'PAYLOAD_KEYS'>): DataConverter {
  return { payloadCodecs: [new EncryptingCodec(settings.PAYLOAD_KEYS)] };
}

/** URL of a workflow in the Temporal Web UI; null when no Web UI is configured. */
export function workflowUrl(
  settings: Pick<Settings, 'TEMPORAL_UI_URL' | 'TEMPORAL_NAMESPACE'>,
  workflowId: string,
): string | null {
  if (!settings.TEMPORAL_UI_URL) return null;
  return `${settings.TEMPORAL_UI_URL}/namespaces/${encodeURIComponent(settings.TEMPORAL_NAMESPACE)}/workflows/${encodeURIComponent(workflowId)}`;
}

/** URL of the Web UI's list of the workflows that match a query; null when no Web UI is configured. */
export function listUrl(
  settings: Pick<Settings, 'TEMPORAL_UI_URL' | 'TEMPORAL_NAMESPACE'>,
  query: string,
): string | null {
  if (!settings.TEMPORAL_UI_URL) return null;
  return `${settings.TEMPORAL_UI_URL}/namespaces/${encodeURIComponent(settings.TEMPORAL_NAMESPACE)}/workflows?query=${encodeURIComponent(query)}`;
}
