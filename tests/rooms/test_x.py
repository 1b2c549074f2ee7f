def test_a(stage):
    from tests import factories as f
    for n in f.STAGES: print(n, stage(n).step, stage(n).end, stage(n).role, f.kinds(stage(n)))
    import time
    t=time.time(); f.everything(); print("everything", time.time()-t)
    t=time.time(); f.sent(); print("sent", time.time()-t)
    t=time.time(); c=f.verified(); print("verified", time.time()-t)
    t=time.time(); f.prepare(c); print("prepare", time.time()-t)
