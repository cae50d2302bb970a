/* What the browser adds to pages that already work without it: the countdown by the minute, letters left,
   photos made smaller before they are sent, and no second sending by a second tap. Words come from the page
   (data-… attributes, so that they are translated) or from Intl; nothing is stored, nothing is fetched. */
(function () {
  "use strict";
  var MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
  var MB = 1024 * 1024, SHRINK_OVER = 2 * MB, LONGEST_SIDE = 2560;
  var lang = document.documentElement.lang || "en";

  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }

  function fill(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, function (whole, name) { return name in values ? values[name] : whole; });
  }

  /* Said once, politely, by the page's one live region. */
  function say(words) {
    var region = document.getElementById("say");
    if (region) { region.textContent = words; }
  }

  /* ---- time left: the same steps as marketplace/core/display.py ------------------------------------------- */
  function unit(number, name) {
    return new Intl.NumberFormat(lang, { style: "unit", unit: name, unitDisplay: "long" }).format(number);
  }

  function timeLeft(ms) {
    var days = Math.floor(ms / DAY), hours = Math.floor(ms / HOUR) % 24, minutes = Math.floor(ms / MINUTE);
    if (ms >= 3 * DAY) { return unit(days, "day"); }
    if (ms >= DAY) { return unit(days, "day") + (hours ? " " + unit(hours, "hour") : ""); }
    if (ms >= HOUR) { return unit(hours, "hour"); }
    return unit(Math.max(minutes, 1), "minute");
  }

  function tick() {
    all("time[data-countdown]").forEach(function (el) {
      var left = Date.parse(el.dateTime) - Date.now(), before = Number(el.dataset.left || Infinity);
      var words = left > 0 ? timeLeft(left) : el.dataset.over;
      if (words && el.textContent !== words) { el.textContent = words; }
      [DAY, 3 * HOUR, MINUTE * 30].forEach(function (mark) {
        if (before !== Infinity && before > mark && left <= mark && left > 0) {
          say(fill(el.dataset.say || "{left}", { left: words }));
        }
      });
      el.dataset.left = left;
    });
  }

  /* ---- letters left ---------------------------------------------------------------------------------------- */
  var waiting;
  function count(box) {
    var line = document.getElementById(box.id + "_count"), left = Number(box.dataset.count) - Array.from(box.value).length;
    if (!line) { return; }
    var words = fill(left < 0 ? line.dataset.over : line.dataset.left, { n: new Intl.NumberFormat(lang).format(Math.abs(left)) });
    line.textContent = words;
    line.classList.toggle("error", left < 0);
    clearTimeout(waiting);
    waiting = setTimeout(function () { say(words); }, 1500);
  }

  /* ---- photos ---------------------------------------------------------------------------------------------- */
  function asJpeg(canvas, most, quality) {
    return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", quality); }).then(function (blob) {
      return blob && blob.size > most && quality > 0.5 ? asJpeg(canvas, most, quality - 0.15) : blob;
    });
  }

  function shrink(file, most) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size <= SHRINK_OVER || !window.createImageBitmap) {
      return Promise.resolve(file);
    }
    return createImageBitmap(file).then(function (picture) {
      var scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return asJpeg(canvas, most, 0.85);
    }).then(function (blob) {
      if (!blob || blob.size >= file.size) { return file; }
      return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
    }).catch(function () { return file; }); /* the server looks at every file again */
  }

  function wrongWith(input, file) {
    var most = Number((/^video\//.test(file.type) && input.dataset.maxVideo) || input.dataset.maxBytes || 0);
    var values = { name: file.name, mb: Math.floor(most / MB) };
    if (file.size === 0) { return fill(input.dataset.empty || "", values); }
    if (most && file.size > most) { return fill(input.dataset.large || "", values); }
    return "";
  }

  function checkFiles(input) {
    var line = document.getElementById(input.id + "_check"), files = Array.prototype.slice.call(input.files);
    var most = Number(input.dataset.maxFiles || 0);
    if (!line) { return; }
    line.textContent = files.length ? input.dataset.busy : "";
    line.classList.remove("error");
    input.pending = Promise.all(files.map(function (file) {
      return shrink(file, Math.min(SHRINK_OVER, Number(input.dataset.maxBytes || SHRINK_OVER)));
    })).then(function (ready) {
      var wrong = ready.map(function (file) { return wrongWith(input, file); }).filter(Boolean);
      if (most && ready.length > most) { wrong.unshift(fill(input.dataset.many || "", { n: most })); }
      try {
        var bag = new DataTransfer();
        ready.forEach(function (file) { bag.items.add(file); });
        input.files = bag.files;
      } catch (old) { /* a browser that cannot replace files sends the originals */ }
      line.classList.toggle("error", wrong.length > 0);
      line.textContent = wrong.length ? wrong.join(" ") : ready.map(function (file) {
        return fill(input.dataset.ready || "{name}", { name: file.name, mb: (file.size / MB).toFixed(1) });
      }).join(" ");
      input.pending = null;
    });
  }

  /* ---- one tap, one sending -------------------------------------------------------------------------------- */
  function free(form) {
    delete form.dataset.sent;
    Array.prototype.forEach.call(form.querySelectorAll("[data-held]"), function (button) {
      button.disabled = false;
      button.removeAttribute("data-held");
    });
  }

  function onSubmit(event) {
    var form = event.target, button = event.submitter;
    if (event.defaultPrevented || form.method !== "post") { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    var busy = Array.prototype.map.call(form.querySelectorAll("input[type=file]"), function (input) { return input.pending; }).filter(Boolean);
    if (busy.length) { /* wait for the photos, then send with the same button */
      event.preventDefault();
      Promise.all(busy).then(function () { form.requestSubmit(button || undefined); });
      return;
    }
    form.dataset.sent = "1";
    setTimeout(function () { /* after the browser has read which button was pressed */
      Array.prototype.forEach.call(form.querySelectorAll("button:not([type=button]):not([disabled])"), function (each) {
        each.disabled = true;
        each.setAttribute("data-held", "");
      });
    }, 0);
    setTimeout(function () { free(form); }, 20000); /* lost network: let the person try again; the server keeps it to one */
  }

  /* coupons: what the chosen pieces make together, in whole units of the currency's smallest part */
  function addUp() {
    var out = document.getElementById("pieces-total"), form = out && out.closest("form");
    if (!form) { return; }
    var digits = +form.dataset.digits, box = form.querySelector("[data-pieces]"), own = form.querySelector("[name=choice][value=own]");
    var unit = Math.pow(10, digits), total = 0;
    if (own && !own.checked) { out.textContent = ""; return; }
    box.value.split(/[\s;]+/).forEach(function (text) { text = text.replace(",", "."); if (/^\d+(\.\d+)?$/.test(text)) { total += Math.round(parseFloat(text) * unit); } });
    out.textContent = fill(out.dataset.words, { total: (total / unit).toFixed(digits), sum: out.dataset.whole });
  }
  document.addEventListener("input", addUp);
  addUp();

  document.addEventListener("submit", onSubmit);
  document.addEventListener("input", function (event) { if (event.target.dataset.count) { count(event.target); } });
  document.addEventListener("change", function (event) { if (event.target.type === "file") { checkFiles(event.target); } });
  window.addEventListener("pageshow", function () { all("form[data-sent]").forEach(free); tick(); });
  all("[data-count]").forEach(function (box) { if (box.value) { count(box); } });
  var summary = document.querySelector(".oops");
  if (summary) { summary.focus(); }
  tick();
  setInterval(tick, MINUTE);
})();
