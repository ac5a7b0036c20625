import { type ClientRequest, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/**
 * Hands Node only those of got's options that are in use. got passes some thirty more that are undefined, and Node copies
 * all of them several times for each request: a fifth of what an attempt costs.
 */
export function leanRequest(
  url: URL,
  { method, headers, agent }: RequestOptions,
  onResponse?: (response: IncomingMessage) => void,
): ClientRequest {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return send(url, { method, headers, agent }, onResponse);
}
