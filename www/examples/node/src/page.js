/** The one page. */
export const page = (left) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Passerby on a server</title>
    <link rel="stylesheet" href="/style.css">
    <link rel="icon" href="data:,">
  </head>
  <body>
    <h1>Rye bread, baked at four</h1>
    <p>This page has no script: its server reports each page, order and question.</p>
    <figure>${left} loaves are left today.</figure>
    <div class="choice">
      <form method="post" action="/order"><button>Order a loaf</button></form>
      <form method="post" action="/ask"><button class="ghost">Ask the baker</button></form>
    </div>
    <a href="https://bread.example/rye">How it is made</a>
  </body>
</html>`;
