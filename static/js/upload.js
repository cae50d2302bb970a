/* Large files, sent in parts (tus 1.0) as soon as they are chosen, and gone on with after a break: of the network, or of
   the browser, once the same file is chosen again. What is sent so leaves the file input, and its id goes along with the
   form. Without this script the form sends every file itself. Nothing is kept in the browser: the server knows how far
   it is. */
(function () {
  "use strict";
  var MB = 1024 * 1024, LARGE = 4 * MB, PART = 2 * MB, HASHED_UP_TO = 64 * MB;
  var PAUSES = [0, 3000, 5000, 10000, 20000];

  function fill(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, function (whole, name) { return name in values ? values[name] : whole; });
  }

  function say(words) {
    var region = document.getElementById("say");
    if (region) { region.textContent = words; }
  }

  function wait(ms) { return new Promise(function (done) { setTimeout(done, ms); }); }

  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  function digest(blob) {
    return blob.arrayBuffer().then(function (bytes) { return crypto.subtle.digest("SHA-256", bytes); }).then(hex);
  }

  /* What tells this file from others, to find its upload again: not the whole of a large one. */
  function nameOf(file) {
    var ends = [file.name, file.size, file.lastModified, file.slice(0, MB), file.slice(-MB)];
    return window.crypto && crypto.subtle ? digest(new Blob(ends)) : Promise.resolve("");
  }

  function hashOf(file) {
    return window.crypto && crypto.subtle && file.size <= HASHED_UP_TO ? digest(file) : Promise.resolve("");
  }

  function Refused(words) { this.words = words; }

  /* The answer, or a Refused with the server's words. A fault of the network or of the server is thrown as it is. */
  function ask(sending, method, url, headers, body) {
    headers["X-CSRFToken"] = sending.token;
    return fetch(url, { method: method, headers: headers, body: body, credentials: "same-origin", signal: sending.stop.signal }).then(function (answer) {
      if (answer.ok) { return answer; }
      if (answer.status >= 500 || answer.status === 409 || answer.status === 423 || answer.status === 429 || answer.status === 460) {
        throw new Error(String(answer.status));
      }
      return answer.json().catch(function () { return {}; }).then(function (problem) { throw new Refused(problem.detail || ""); });
    });
  }

  function announce(sending) {
    var file = sending.file;
    return Promise.all([nameOf(file), hashOf(file)]).then(function (known) {
      var told = { name: file.name, size: file.size, type: file.type, fingerprint: known[0], sha256: known[1], kind: sending.kind, private: sending.hidden, protocol: "tus" };
      return ask(sending, "POST", sending.input.dataset.upload, { "Content-Type": "application/json" }, JSON.stringify(told));
    }).then(function (answer) { return answer.json(); });
  }

  function part(sending, ticket, offset) {
    var headers = { "Tus-Resumable": "1.0.0", "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
    return ask(sending, "PATCH", ticket.url, headers, sending.file.slice(offset, offset + PART));
  }

  /* Sends what is missing; the promise gives the file's id. */
  function send(sending, ticket) {
    var offset = ticket.offset, tries = 0;
    sending.ticket = ticket;
    function goOn() {
      show(sending, offset);
      if (offset >= sending.file.size) {
        return ask(sending, "POST", ticket.complete, {}).then(function (answer) { return answer.json(); }).then(function (found) { return found.id; });
      }
      return part(sending, ticket, offset).then(function (answer) {
        tries = 0;
        offset = Number(answer.headers.get("Upload-Offset"));
      });
    }
    function step() {
      return goOn().catch(function (fault) {
        if (fault instanceof Refused || sending.stop.signal.aborted || tries >= PAUSES.length) { throw fault; }
        sending.line.textContent = fill(sending.input.dataset.waiting, { name: sending.file.name });
        return wait(PAUSES[tries++]).then(function () {
          return ask(sending, "HEAD", ticket.url, { "Tus-Resumable": "1.0.0" });
        }).then(function (answer) { offset = Number(answer.headers.get("Upload-Offset")); }, function (again) {
          if (again instanceof Refused) { throw again; }
        });
      }).then(function (id) { return id || step(); });
    }
    return step();
  }

  function show(sending, offset) {
    var percent = Math.floor(100 * offset / sending.file.size), words = fill(sending.input.dataset.sending, { name: sending.file.name, percent: percent });
    sending.line.textContent = words;
    [0, 50].forEach(function (mark) {
      if (percent >= mark && sending.said < mark) { sending.said = mark; say(words); }
    });
  }

  function button(sending, words, act) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "btn alt";
    made.textContent = fill(words, { name: sending.file.name });
    made.addEventListener("click", act);
    return made;
  }

  function row(sending) {
    sending.row = document.createElement("div");
    sending.row.className = "row sending";
    sending.line = document.createElement("p");
    sending.row.appendChild(sending.line);
    sending.input.parentNode.appendChild(sending.row);
  }

  function begin(sending) {
    var words = sending.input.dataset;
    sending.stop = new AbortController();
    sending.said = -1;
    sending.row.replaceChildren(sending.line, button(sending, words.cancel, function () { cancel(sending); }));
    show(sending, 0);
    return announce(sending).then(function (found) {
      return found.protocol ? send(sending, found) : found.id;
    }).then(function (id) { arrived(sending, id); }, function (fault) { stopped(sending, fault); });
  }

  function arrived(sending, id) {
    var field = document.createElement("input"), words = fill(sending.input.dataset.sent, { name: sending.file.name });
    field.type = "hidden";
    field.name = "uploaded";
    field.value = id;
    sending.line.textContent = words;
    sending.row.replaceChildren(sending.line, field);
    say(words);
  }

  function stopped(sending, fault) {
    var words = sending.input.dataset;
    if (sending.stop.signal.aborted) { sending.row.remove(); return; }
    sending.line.textContent = fill(words.stopped, { name: sending.file.name }) + " " + (fault.words || "");
    say(sending.line.textContent);
    sending.row.replaceChildren(sending.line, button(sending, words.again, function () { hold(sending.input, begin(sending)); }));
  }

  function cancel(sending) {
    var ticket = sending.ticket;
    sending.stop.abort();
    if (ticket) { fetch(ticket.url, { method: "DELETE", headers: { "X-CSRFToken": sending.token }, credentials: "same-origin" }).catch(function () {}); }
  }

  /* The form waits for this (app.js looks at `pending` before it sends). */
  function hold(input, promise) {
    var all = Promise.all([input.pending, promise]).then(function () { if (input.pending === all) { input.pending = null; } });
    input.pending = all;
  }

  /* Large files leave the input: they are sent by themselves. */
  function take(input) {
    var small = new DataTransfer(), form = input.form, large = [];
    Array.prototype.forEach.call(input.files, function (file) {
      var most = Number(input.dataset.maxVideo || 0);
      if (file.size > LARGE && (!most || file.size <= most)) { large.push(file); } else { small.items.add(file); }
    });
    if (!large.length) { return; }
    input.files = small.files;
    var token = form.querySelector("[name=csrfmiddlewaretoken]"), hidden = form.querySelector("[name=private]");
    var lines = large.map(function (file) {
      var sending = { file: file, input: input, token: token ? token.value : "", kind: /^video\//.test(file.type) ? "video" : "photo", hidden: Boolean(hidden && hidden.checked) };
      row(sending);
      return sending;
    });
    hold(input, lines.reduce(function (before, sending) {
      return before.then(function () { return begin(sending); });
    }, Promise.resolve()));
  }

  document.addEventListener("change", function (event) {
    var input = event.target;
    if (input.type !== "file" || !input.dataset.upload || !window.fetch || !window.AbortController) { return; }
    Promise.resolve(input.pending).then(function () { /* photos are made smaller first */
      try { take(input); } catch (old) { /* a browser that cannot do this sends all with the form */ }
    });
  });
})();
