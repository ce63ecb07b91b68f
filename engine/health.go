package engine

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"liveroom/engine/admin/console"
)

// From when on a part is called ill.
const (
	lately      = time.Minute     // what the system refused or what restarted counts for so long
	turnLate    = time.Second     // an actor's turn that has waited so long
	turnStuck   = 5 * time.Second // actors stand still
	nearly      = 0.9             // of a limit
	certificate = 14 * 24 * time.Hour
	fullDisk    = 10 // a disk with a tenth of what is called low is called full
)

// illness is one thing that is wrong with a part.
type illness struct {
	state string // console.PartDegraded or console.PartFailing
	en    string // cause and cure, with what the system said
	zh    string // the same for people of the shop
}

func broken(en, zh string) illness { return illness{console.PartFailing, en, zh} }
func weak(en, zh string) illness   { return illness{console.PartDegraded, en, zh} }

// parts returns how every part does, worst first within one. It is pure: the same vitals are the same health.
func (v *vitals) parts() []console.Part {
	parts := []console.Part{partOf("transport", v.transport())}
	if v.certificate != nil {
		parts = append(parts, partOf("front", v.front()))
	}
	knowledge := partOf("knowledge", v.wisdom())
	if knowledge.State == console.PartOK {
		knowledge.Note = fmt.Sprintf("%d products, %d entries", v.products, v.entries)
		knowledge.Advice = fmt.Sprintf("%d 个商品，%d 条知识", v.products, v.entries)
	}
	return append(parts, partOf("actors", v.actors()), partOf("nlp", v.reading()), partOf("scripts", v.book()), knowledge,
		partOf("storage", v.storing()), partOf("disk", v.disk()), partOf("audit", v.auditing()))
}

// partOf puts what is wrong with a part together.
func partOf(name string, ill []illness) console.Part {
	part := console.Part{Name: name, State: console.PartOK}
	var en, zh []string
	for _, worst := range []string{console.PartFailing, console.PartDegraded} {
		for _, one := range ill {
			if one.state != worst {
				continue
			}
			if part.State == console.PartOK {
				part.State = worst
			}
			en, zh = append(en, one.en), append(zh, one.zh)
		}
	}
	part.Note, part.Advice = strings.Join(en, "; "), strings.Join(zh, "")
	return part
}

func (v *vitals) transport() (ill []illness) {
	d := v.doors
	if len(d.Deaf) > 0 && !v.draining {
		names := strings.Join(d.Deaf, ", ")
		ill = append(ill, broken("nobody accepts connections over "+names+"; look at the log and restart the node",
			names+" 端口没有在接受连接，新的连接进不来。请查看日志，然后重启节点。"))
	}
	if ago := v.now.Sub(d.Last); !d.Last.IsZero() && ago < lately {
		ill = append(ill, broken(
			fmt.Sprintf("%v ago the system refused a connection (%s), %d times since the start; raise LimitNOFILE and restart, or add a node", ago.Round(time.Second), d.Why, d.Refused),
			fmt.Sprintf("%d 秒前系统拒绝了新连接，多半是文件描述符用完。请调大 LimitNOFILE（ulimit -n）后重启，或增加节点。", int(ago.Seconds()))))
	}
	if v.mostOpen > 0 && float64(v.files) >= nearly*float64(v.mostOpen) {
		ill = append(ill, weak(fmt.Sprintf("%d of %d file descriptors are in use; raise LimitNOFILE and restart, or add a node", v.files, v.mostOpen),
			fmt.Sprintf("文件描述符已用 %d 个，上限 %d 个，用完后新连接会被拒绝。请调大 LimitNOFILE（ulimit -n）后重启，或增加节点。", v.files, v.mostOpen)))
	}
	if d.Max > 0 && float64(d.Links) >= nearly*float64(d.Max) {
		ill = append(ill, weak(fmt.Sprintf("%d of %d links are open; raise transport.links.max, or add a node", d.Links, d.Max),
			fmt.Sprintf("连接数已有 %d，上限 %d，再多会被拒绝。请调大 transport.links.max，或增加节点。", d.Links, d.Max)))
	}
	return ill
}

func (v *vitals) front() (ill []illness) {
	c := v.certificate
	switch left := c.ends.Sub(v.now); {
	case left <= 0:
		ill = append(ill, broken("the certificate has expired; put a new one at front.cert_file and front.key_file",
			"TLS 证书已过期，加密连接进不来。请把新证书放到 front.cert_file 和 front.key_file，无需重启。"))
	case left < certificate:
		days := int(left / (24 * time.Hour))
		ill = append(ill, weak(fmt.Sprintf("the certificate ends in %d days; put a new one at front.cert_file and front.key_file", days),
			fmt.Sprintf("TLS 证书还有 %d 天到期。请把新证书放到 front.cert_file 和 front.key_file，无需重启。", days)))
	}
	if c.refused != "" {
		ill = append(ill, weak("the certificate on disk is not in use: "+c.refused,
			"磁盘上的新证书用不了，仍在用原来的。请检查 front.cert_file 和 front.key_file 是否完整、配对、未过期。"))
	}
	return ill
}

func (v *vitals) actors() (ill []illness) {
	h := v.house
	switch {
	case h.Waited >= turnStuck:
		ill = append(ill, broken(fmt.Sprintf("no actor has had its turn for %v; take a profile (/debug/pprof/goroutine) and restart the node", h.Waited.Round(time.Second)),
			fmt.Sprintf("Actor 已有 %d 秒没有运行，消息得不到回答。请先保存 /debug/pprof/goroutine，再重启节点。", int(h.Waited.Seconds()))))
	case h.Waited >= turnLate:
		ill = append(ill, weak(fmt.Sprintf("actors wait %v for their turn: the machine is overloaded; give it more CPU, or add a node", h.Waited.Round(time.Millisecond)),
			fmt.Sprintf("Actor 排队等待运行已超过 %d 秒，机器忙不过来。请增加 CPU，或增加节点。", int(h.Waited.Seconds()))))
	}
	switch {
	case h.Shedding:
		ill = append(ill, weak(
			fmt.Sprintf("%d messages in flight of %d, the latest took %v: new ones are refused as overloaded; add CPU or a node", h.InFlight, h.Most, h.Lag),
			fmt.Sprintf("处理不过来：有 %d 条消息未完成，最近一条用了 %d 毫秒，新来的消息正被拒绝。请增加 CPU 或节点。", h.InFlight, h.Lag.Milliseconds())))
	case float64(h.InFlight) >= nearly*float64(h.Most):
		ill = append(ill, weak(fmt.Sprintf("%d messages in flight of %d: more are refused soon; add CPU or a node", h.InFlight, h.Most),
			fmt.Sprintf("未完成的消息有 %d 条，上限 %d 条，再多会被拒绝。请增加 CPU 或节点。", h.InFlight, h.Most)))
	}
	if ago := v.now.Sub(h.Restarted); !h.Restarted.IsZero() && ago < lately {
		ill = append(ill, weak(fmt.Sprintf("an actor restarted %v ago, %d since the start; the actors view, sorted by restarts, shows which", ago.Round(time.Second), h.Restarts),
			fmt.Sprintf("%d 秒前有 Actor 重启，启动以来共 %d 次。请在“Actor”页按重启次数排序，查看是哪一个。", max(0, int(ago.Seconds())), h.Restarts)))
	}
	return ill
}

func (v *vitals) reading() (ill []illness) {
	if v.nlp.Degraded != "" {
		what := "意图识别正在用备用规则，准确率会下降。"
		if v.nlp.Runtime {
			what = "模型的一部分没有启用或最近运行失败，相应的消息由备用规则识别。"
		}
		ill = append(ill, weak(v.nlp.Degraded+"; put the model and libonnxruntime.so right, then swap it in the inference view",
			what+"请检查 nlp.model_dir 和 libonnxruntime.so，改好后在“推理”页换入模型。"))
	}
	if v.nlp.Refused != "" {
		ill = append(ill, weak("the model offered last was refused: "+v.nlp.Refused,
			"最近提供的新模型没有通过检查，仍在用原来的模型。请按“推理”页的说明重新制作或换回。"))
	}
	if v.nlp.Limit > 0 && float64(v.nlp.Waiting) >= nearly*float64(v.nlp.Limit) {
		ill = append(ill, weak(fmt.Sprintf("%d texts of %d wait for the model; add CPU or a node", v.nlp.Waiting, v.nlp.Limit),
			fmt.Sprintf("等待模型的文本有 %d 条，上限 %d 条，再多由备用规则识别。请增加 CPU 或节点。", v.nlp.Waiting, v.nlp.Limit)))
	}
	return ill
}

func (v *vitals) book() (ill []illness) {
	if v.scripts.Refused != "" {
		ill = append(ill, weak(v.scripts.Refused, "最近一次话术改动有错误，没有生效，仍在用上一版。请在“话术”页按提示改正后保存。"))
	}
	return ill
}

func (v *vitals) wisdom() (ill []illness) {
	if v.products == 0 {
		ill = append(ill, weak("the catalogue is empty: nothing can be said of any product; import one (liveroom import)",
			"商品目录是空的，任何商品都答不了。请导入商品目录（liveroom import）。"))
	}
	for _, one := range []struct {
		refused *importRefusal
		en, zh  string
	}{{v.catalogue, "catalogue", "商品目录"}, {v.knowledge, "knowledge", "知识库"}} {
		switch r := one.refused; {
		case r == nil:
		case r.problems > 0:
			ill = append(ill, weak(
				fmt.Sprintf("the import of the %s at %s was refused for %d problem(s), the one before is in use; mend the file and import it again", one.en, r.at.Format(time.TimeOnly), r.problems),
				fmt.Sprintf("%s 的%s导入有 %d 处问题，没有生效，仍在用原来的。请按导入时的提示改正后重新导入。", r.at.Format(time.TimeOnly), one.zh, r.problems)))
		default:
			ill = append(ill, weak(
				fmt.Sprintf("the import of the %s at %s failed, the one before is in use; the node's log says why", one.en, r.at.Format(time.TimeOnly)),
				fmt.Sprintf("%s 的%s导入没有成功，仍在用原来的。原因见导入时的提示和节点日志。", r.at.Format(time.TimeOnly), one.zh)))
		}
	}
	return ill
}

func (v *vitals) storing() (ill []illness) {
	s := v.store
	where := "请检查数据目录所在磁盘的空间、权限和故障，恢复后会自动继续。"
	if v.remote {
		where = "请检查 PostgreSQL 是否在运行、网络是否连通、空间是否用完，恢复后会自动继续。"
	}
	if s.Failing {
		ill = append(ill, broken(cmp.Or(s.Failure, "commits fail"), "数据写不进去，新消息得不到确认，正被退回。"+where))
	}
	if s.Silent != "" {
		ill = append(ill, broken("the database does not answer: "+s.Silent, "数据库没有响应。"+where))
	}
	if v.queueLimit > 0 && float64(s.Queue) >= nearly*float64(v.queueLimit) {
		ill = append(ill, weak(fmt.Sprintf("%d entries of %d wait to be stored: more are refused; the disk or the database is too slow", s.Queue, v.queueLimit),
			fmt.Sprintf("等待写入的有 %d 条，上限 %d 条，再多会被拒绝，写入太慢。", s.Queue, v.queueLimit)+where))
	}
	if s.Quarantined > 0 {
		ill = append(ill, weak(fmt.Sprintf("%d blocks did not open and were put aside; run liveroom backup verify, and bring a backup back if they are missed", s.Quarantined),
			fmt.Sprintf("有 %d 块历史数据打不开，已隔离。请检查磁盘，必要时用备份恢复。", s.Quarantined)))
	}
	return ill
}

func (v *vitals) disk() (ill []illness) {
	free := v.store.Free
	if free < 0 || free >= v.lowSpace {
		return nil // what is not known is no full disk
	}
	state, rest := weak, "不足时新消息会得不到确认。"
	if free < v.lowSpace/fullDisk {
		state, rest = broken, "马上就要写满，写满后新消息得不到确认。"
	}
	return append(ill, state(fmt.Sprintf("%d MB of %d MB are free on the disk of the data folder; make room, or shorten storage.keep", free/1e6, v.store.Size/1e6),
		fmt.Sprintf("数据目录所在磁盘只剩 %d MB（共 %d MB），%s请腾出空间，或缩短 storage.keep。", free/1e6, v.store.Size/1e6, rest)))
}

func (v *vitals) auditing() (ill []illness) {
	a := v.audit
	if a.Failure != "" {
		ill = append(ill, broken(a.Failure, "审计日志写不进去，管理操作都被拒绝。请检查审计目录所在磁盘的空间、权限和故障。"))
	}
	if a.Keyless != "" {
		ill = append(ill, weak(fmt.Sprintf("%s; %d record(s) that tell of people wait, acts on people are refused", a.Keyless, a.Held),
			fmt.Sprintf("人员密钥存不进去：%d 条涉及观众的审计记录在等待，针对观众的操作被拒绝。请检查数据库和数据目录所在磁盘。", a.Held)))
	}
	for _, h := range a.Heads {
		if h.Failure != "" {
			ill = append(ill, weak(fmt.Sprintf("the head is not written to %s: %s", h.File, h.Failure),
				"审计日志的链头有一处写不进去，那里不再能证明日志完整。请检查 audit.heads_file 所指的位置。"))
		}
	}
	if a.Verified != nil && a.Verified.Faults > 0 {
		ill = append(ill, broken(fmt.Sprintf("the latest verification found %d fault(s): the log was changed or damaged", a.Verified.Faults),
			fmt.Sprintf("最近一次校验发现 %d 处问题：审计日志被改动或损坏。请保留现场，并与备份和链头副本对照。", a.Verified.Faults)))
	}
	return ill
}
