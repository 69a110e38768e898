package report
import ("testing";"os")
func TestZZ(t *testing.T){ f,err:=sample().Render(); if err!=nil{t.Fatal(err)}; os.WriteFile("/tmp/report.html",f["report.html"],0o644); t.Log(len(f["report.html"])) }
