import json, pytest, time_machine
from django.db import transaction
from django.test import Client
from tests.contracts import scene as s
from tests.disputes.conftest import START
ID={"/orders/<public_id>/":"order:shipped"}
def test_record(db, settings):
    with time_machine.travel(START, tick=False) as clock:
        sc=s.build(clock)
        clients={}
        for r in s.ROLES:
            c=Client(raise_request_exception=False); 
            if r!="anonymous": c.force_login(sc.people[r])
            clients[r]=c
        from tests.contracts.policy import HOLES, BODIES, filled
        out={}
        for route,_cb in s.routes():
            if route.startswith(("/admin/","/account/")) and not route.startswith("/admin/desk"): continue
            path=filled(route, sc.ids)
            for m in s.METHODS:
                g={}
                for r,c in clients.items():
                    with transaction.atomic():
                        body=BODIES.get((route), {})
                        if route.startswith("/api/"):
                            resp=c.generic(m,path,json.dumps({k: v(sc.ids) if callable(v) else v for k,v in body.items()}),content_type="application/json")
                        else:
                            resp=getattr(c,m.lower())(path, body if m=="POST" else {}) if m in("GET","POST") else c.generic(m,path)
                        transaction.set_rollback(True)
                    g.setdefault(resp.status_code,[]).append(r)
                out[f"{m} {route}"]=g
        with open("/tmp/arch/matrix.txt","w") as f:
            for k,g in out.items():
                if list(g)==[405]: continue
                f.write(f"{k}: "+"; ".join(f"{st}: {' '.join(rs)}" for st,rs in sorted(g.items()))+"\n")
