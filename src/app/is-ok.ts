/** Whether a process of this machine answers that it is well. */

import { request } from 'undici';

const ANSWER_MS_MAX = 1_000;

export async function isOk(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url, {
      headersTimeout: ANSWER_MS_MAX,
      bodyTimeout: ANSWER_MS_MAX,
    });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
