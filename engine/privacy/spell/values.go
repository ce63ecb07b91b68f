package spell

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

func digits(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(r.IntN(10))
	}
	return string(b)
}

// phone draws a mobile number from the segments in use.
func phone(r *rand.Rand) string {
	return pick(r, "130", "131", "133", "135", "136", "137", "138", "139", "147", "150", "152", "155", "158", "159", "166",
		"172", "176", "177", "178", "180", "182", "185", "186", "187", "189", "191", "195", "198", "199") + digits(r, 8)
}

// landline draws area code and number, parted by a hyphen.
func landline(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return pick(r, "010", "020", "021", "022", "023", "024", "025", "027", "028", "029") + "-" + pick(r, "2", "5", "6", "8") + digits(r, 7)
	}
	return pick(r, "0571", "0755", "0311", "0431", "0591", "0731", "0851", "0991", "0379", "0532") + "-" + pick(r, "2", "6", "8") + digits(r, 6+r.IntN(2))
}

// birthday draws a date from 1950 on.
func birthday(r *rand.Rand) string {
	return fmt.Sprintf("%04d%02d%02d", 1950+r.IntN(60), 1+r.IntN(12), 1+r.IntN(28))
}

func region(r *rand.Rand) string {
	return pick(r, "110105", "310115", "330106", "440305", "510104", "420106", "320102", "370202", "610113", "130102", "230103", "650102", "411503", "522601")
}

// idCard draws a number of 18 places by GB 11643, its last place by ISO 7064 MOD 11-2; one in eight has the 15 places
// of before 1999.
func idCard(r *rand.Rand) string {
	day := birthday(r)
	if r.IntN(8) == 0 {
		if day > "2000" {
			day = "1988" + day[4:]
		}
		return region(r) + day[2:] + digits(r, 3)
	}
	body := region(r) + day + digits(r, 3)
	sum := 0
	for i := range 17 {
		weight := 1
		for range 17 - i {
			weight = weight * 2 % 11
		}
		sum += int(body[i]-'0') * weight
	}
	return body + string("10X98765432"[sum%11])
}

// bankCard draws a card number that ends with its Luhn digit.
func bankCard(r *rand.Rand) string {
	prefix := pick(r, "622202", "621700", "622848", "621226", "623058", "625912", "436742", "955880", "401200", "552245", "356827", "628288")
	length := 19
	if prefix[0] != '6' && prefix[0] != '9' || r.IntN(3) == 0 {
		length = 16
	}
	body := prefix + digits(r, length-1-len(prefix))
	sum := 0
	for i := range len(body) {
		d := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return body + string(rune('0'+(10-sum%10)%10))
}

// orderID draws an order's or a parcel's number.
func orderID(r *rand.Rand) string {
	switch r.IntN(7) {
	case 0:
		return pick(r, "26", "27", "31", "33") + digits(r, 17) // Taobao
	case 1:
		return pick(r, "28", "29", "30") + digits(r, 10) // JD
	case 2:
		return "69" + digits(r, 17) // Douyin
	case 3:
		return fmt.Sprintf("26%02d%02d-%s", 1+r.IntN(12), 1+r.IntN(28), digits(r, 15)) // Pinduoduo
	case 4:
		return "SF" + digits(r, 13)
	case 5:
		return pick(r, "YT", "JDVA", "JT", "ZT") + digits(r, 13)
	}
	return "77" + digits(r, 13) // a parcel
}

func qq(r *rand.Rand) string {
	return pick(r, "1", "2", "3", "5", "7", "8", "9") + digits(r, 5+r.IntN(5))
}

// wechat draws an id: a letter, then letters, digits, _ and -, 6 to 20 places.
func wechat(r *rand.Rand) string {
	syllable := func() string {
		return pick(r, "xiao", "ming", "li", "wang", "lucky", "mei", "tian", "yu", "fei", "cat", "sun", "lan", "qian", "bao", "zhu", "hao")
	}
	switch r.IntN(5) {
	case 0:
		return syllable() + "_" + syllable() + digits(r, 2)
	case 1:
		return syllable() + syllable() + digits(r, 3)
	case 2:
		return syllable() + "-" + digits(r, 5)
	case 3:
		return "wxid_" + syllable() + digits(r, 6) + syllable()
	}
	return pick(r, "a", "b", "h", "k", "q", "w", "z") + digits(r, 6+r.IntN(3))
}

func email(r *rand.Rand) string {
	local := pick(r, "zhang", "li.na", "wang_wei", "chen-jie", "lucky", "hello") + digits(r, 3)
	if r.IntN(3) == 0 {
		local = qq(r)
	}
	return local + "@" + pick(r, "qq.com", "163.com", "126.com", "gmail.com", "sina.com.cn", "outlook.com", "foxmail.com", "139.com")
}

// name draws a person's name.
func name(r *rand.Rand) string {
	if r.IntN(10) == 0 {
		return pick(r, "欧阳", "司马", "上官", "诸葛", "皇甫") + pick(r, "静", "明月", "婉儿", "子轩")
	}
	surname := pick(r, "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗",
		"梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎")
	given := pick(r, "伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "勇", "艳", "秀英", "桂兰", "建国", "志强", "小明", "丽华", "梓涵", "雨桐",
		"浩然", "子轩", "欣怡", "俊杰", "玉兰", "海燕", "晓东", "文静", "国庆", "春梅", "思远", "佳琪")
	return surname + given
}

func plate(r *rand.Rand) string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	front := pick(r, "京", "沪", "粤", "浙", "苏", "鲁", "川", "豫", "湘", "闽") + string(letters[r.IntN(8)])
	if r.IntN(3) == 0 {
		return front + pick(r, "D", "F") + digits(r, 5) // new energy
	}
	return front + digits(r, 2) + string(letters[r.IntN(len(letters))]) + digits(r, 2)
}

// address draws a place to send a parcel to, with the levels of GB/T 2260 down to a door.
func address(r *rand.Rand) string {
	door := func() string {
		return fmt.Sprintf("%d%s%d单元%d%02d室", 1+r.IntN(30), pick(r, "幢", "栋", "号楼"), 1+r.IntN(5), 1+r.IntN(20), 1+r.IntN(6))
	}
	city := pick(r, "浙江省 杭州市 西湖区", "广东省 深圳市 南山区", "北京市 朝阳区", "上海市 浦东新区", "四川省 成都市 武侯区", "江苏省 苏州市 昆山市",
		"湖北省 武汉市 洪山区", "山东省 青岛市 市南区", "陕西省 西安市 雁塔区", "辽宁省 大连市 沙河口区", "广西壮族自治区 南宁市 青秀区", "内蒙古自治区 包头市 昆都仑区")
	road := pick(r, "文三路", "人民路", "中山北路", "解放大道", "建设街", "长江路", "学府路", "望京街", "东风西路", "和平巷")
	estate := pick(r, "阳光花园", "翡翠城", "锦绣小区", "金色家园", "万科公寓", "绿地新都会", "书香苑", "龙湖滟澜山", "保利国际广场", "碧桂园")
	switch r.IntN(6) {
	case 0:
		return city + " " + road + fmt.Sprint(1+r.IntN(900), "号") + estate + door()
	case 1:
		return city + " " + estate + door()
	case 2: // a village
		return pick(r, "河南省 商丘市 虞城县", "河北省 保定市 定兴县", "贵州省 遵义市 湄潭县", "安徽省 阜阳市 临泉县") + " " +
			pick(r, "利民镇 王楼村", "北河镇 大李庄村", "兴隆镇 红坪村", "关庙镇 后刘村") + fmt.Sprint(1+r.IntN(12), "组", 1+r.IntN(90), "号")
	case 3: // a lane
		return "上海市 " + pick(r, "徐汇区", "静安区", "普陀区") + " " + pick(r, "漕溪北路", "愚园路", "曹杨路") + fmt.Sprintf("%d弄%d号%d%02d室", 10+r.IntN(900), 1+r.IntN(80), 1+r.IntN(6), 1+r.IntN(4))
	case 4: // a tower
		return city + " " + road + fmt.Sprint(1+r.IntN(900), "号") + pick(r, "创业大厦", "环球中心", "国际广场") + pick(r, "A座", "B座", "2号楼") + fmt.Sprintf("%d%02d", 3+r.IntN(25), 1+r.IntN(20))
	}
	return city + " " + road + fmt.Sprint(1+r.IntN(900), "号") + " " + door() // plain
}

// bare returns an address without the spaces that part its levels.
func bare(address string) string { return strings.ReplaceAll(address, " ", "") }
