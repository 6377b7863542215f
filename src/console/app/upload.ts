/** Sends a file and tells how far it is, which fetch can't tell. */
import { HostProblem, type Schemas } from './api.js';

/** @param told how much of it is sent, 0 to 1 */
export function upload(billerId: string, file: File, told: (part: number) => void): Promise<Schemas['Import']> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const name = encodeURIComponent(file.name);
    request.open('POST', `/v1/billers/${encodeURIComponent(billerId)}/invoice-files?filename=${name}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('x-ic-host-console', '1');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => told(total ? loaded / total : 0);
    request.onload = () =>
      request.status < 400
        ? done(request.response)
        : failed(new HostProblem({ ...request.response, status: request.status }));
    request.onerror = () =>
      failed(new HostProblem({ status: 0, code: 'no-answer', detail: 'the file did not arrive; send it again' }));
    request.send(file);
  });
}
