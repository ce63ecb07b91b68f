package privacy_test

import (
	"testing"

	"liveroom/engine/privacy"
)

// TestSpellingsPeopleFound holds kinds of writing that readers of the masker found missing.
func TestSpellingsPeopleFound(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"姓名：阿依古丽·买买提", "姓名：阿**"},
		{"收货人迪丽拜尔•吐尔逊 电话13800138000", "收货人迪** 电话138****8000"},
		{"热依汗·艾合买提·江 13800138000", "热** 138****8000"},
		{"13800138000 古丽米拉·卡德尔收", "138****8000 古**收"},
		{"寄给别克·哈力克收", "寄给别**收"},
		{"麻烦写王建国收", "麻烦写王**收"},
		{"快递单写欧阳娜娜收吧", "快递单写欧**收吧"},
		{"让李秀英签收", "让李**签收"},
		{"微xin同号xiaomei_88", "微xin同号x*****"},
		{"手机微信同号：xiaomei_88", "手机微信同号：x*****"},
		{"vx同号 abc12345", "vx同号 a*****"},
		{"qq邮箱123456789", "qq邮箱1***"},
		{"QQ邮箱是 123 456 789", "QQ邮箱是 12****"},
		{"163邮箱：xiaomei_88", "163邮箱：x***"},
		{"发票发邮箱zhang.san88", "发票发邮箱z***"},
		{"北京市朝阳区望京SOHO T3座1201室", "[地址]"},
		{"北京市朝阳区建外SOHO A12号楼1502", "[地址]"},
		{"上海市静安区嘉里中心E座8层", "[地址]"},
		{"北京市海淀区中关村e世界A座801室", "[地址]"},
		{"广州市天河区K11写字楼2301室", "[地址]"},
		{"杭州市西湖区EFC欧美金融城T5幢1601", "[地址]"},
		{"阿卜杜拉·买买提收", "阿**收"},
		{"4111111111111111", "4111********1111"},
		{"5555555555554444谢谢", "5555********4444谢谢"},
		{"2223000048400011", "2223********0011"},
	} {
		if got, found := privacy.Mask(c.text); got != c.want {
			t.Errorf("Mask(%q) = %q (%v), want %q", c.text, got, found, c.want)
		}
		promises(t, c.text)
	}
}

// TestNearThem holds what looks like them and is ordinary.
func TestNearThem(t *testing.T) {
	for _, text := range []string{
		"让腰收的好看点", "写单位收吧", "给连衣裙收腰", "给何时收货", "让温州收货", "由商家收", "叫高速收费", "给我收藏了", "写明收到了没", "让张收",
		"微信同步下单", "同号的有吗", "微信和手机同款吗", "QQ邮箱收不到", "发邮箱了没", "邮箱 XL码", "邮箱发3件", "email iphone壳",
		"2333333333333333", "6666666666666666", "1111111111111117", "春季·新款有吗", "春季·新款收腰", "上海市3XL码有吗", "浙江省杭州市M码L码2件", "经典·复古S码", "T3座椅", "A4纸3座", "XL T2 3件", "买SOHO T恤",
	} {
		if got, found := privacy.Mask(text); found != nil {
			t.Errorf("Mask(%q) = %q: found %v, want nothing", text, got, found)
		}
	}
}
