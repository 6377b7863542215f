/** Notes when a request begins to be written: before that, nothing can have happened at the partner. */
import type { Dispatcher } from 'undici';

export interface SentNote {
  sent: boolean;
  operation: string;
  effect: 'read' | 'write' | undefined;
}

/** For `agent.compose`; the note travels as the call's `opaque`. */
export const notingSent: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, {
    onRequestStart: (controller, context) => {
      const note = (options as { opaque?: SentNote }).opaque;
      if (note) note.sent = true;
      handler.onRequestStart?.(controller, context);
    },
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  });
