// Talks to an echo at the URL: text, a megabyte, a ping, and a close with a code; prints what it got.
const { WebSocket } = require('ws');
const socket = new WebSocket(process.argv[2], { rejectUnauthorized: false });
const large = Buffer.alloc(1 << 20, 'x');
const said = [];
socket.on('open', () => {
  socket.send('hello');
  socket.send(large);
});
socket.on('message', (data, binary) => {
  said.push(binary ? `binary ${Buffer.compare(data, large)}` : data.toString());
  if (said.length === 2) {
    socket.ping();
  }
});
socket.on('pong', () => {
  said.push('pong');
  socket.close(4001, 'enough');
});
socket.on('close', (code, reason) => {
  said.push(`${code} ${reason}`);
  console.log(said.join(', '));
});
socket.on('error', (e) => console.log(`error: ${e.message}`));
