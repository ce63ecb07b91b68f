package spell

// kinds is the grammar. In every list an open template is followed by a held-out one.
func kinds() []kind {
	return []kind{
		{"phone", phone, phoneFrames, phoneWays()},
		{"landline", landline, landlineFrames, landlineWays()},
		{"id_card", idCard, idFrames, numberWays(6, 8, 4)},
		{"bank_card", bankCard, cardFrames, numberWays(4)},
		{"address", address, addressFrames, addressWays()},
		{"email", email, emailFrames, emailWays()},
		{"wechat", wechat, wechatFrames(), idWays()},
		{"qq", qq, qqFrames(), numberWays(3, 3, 4)},
		{"order_id", orderID, orderFrames, orderWays()},
		{"name", name, nameFrames, nameWays()},
		{"plate", plate, plateFrames, []way{{"plain", asIs}, {"full-width", wide}, {"hidden between", runesApart("\u200B")}, {"small letters", lower}}},
	}
}

var phoneFrames = []string{
	"{}", "我的电话是{}", "打{}", "手机号 {} 帮我改一下", "收货电话{}，谢谢", "电话：{}", "可以打{}吗", "联系{}就行", "快递员说打不通，换成{}",
	"不要写错了，{}", "我号码{}", "麻烦改成{}这个", "王姐{}", "拍错了，电话要写{}哈", "退款的事打{}", "手机尾号不对 应该是{}", "预留的是{}吗", "宝宝，{}，帮我查查",
	"收到请回{}", "我老公的号{}", "{}是我的号", "{} 这是我手机", "换个号：{}。", "在吗？{}", "tel:{}", "Phone {}", "加我 {} 聊", "私聊{}", "{}下午打给我", "{}麻烦备注上",
	"帮我把手机改为{}可以吗", "之前留的是（{}）", "联系方式【{}】", "3号链接到货打{}", "验证码发{}了吗", "号码是{}的那单",
}

func phoneWays() []way {
	return append(numberWays(3, 4, 4),
		way{"+86", prefixed("+86", "+86 ", "+86-")}, way{"86", prefixed("86", "0086", "(+86)", "86-")},
		way{"3-8", grouped(" ", 3, 8)}, way{"4-4-3", grouped(" ", 4, 4, 3)},
		way{"look-alike letters", lookAlike}, way{"3-3-5", grouped("-", 3, 3, 5)},
		way{"radio", inTable(radio)}, way{"half radio", mixed(radio)},
		way{"words between", grouped("然后", 3, 4, 4)}, way{"words between, two", grouped("后面", 3, 8)},
		way{"stars between", grouped("*", 3, 4, 4)}, way{"pluses between", grouped("+", 3, 4, 4)},
		way{"pairs", grouped(" ", 3, 2, 2, 2, 2)}, way{"pairs, hyphen", grouped("-", 3, 2, 2, 2, 2)},
		way{"comma all", between(",", "、")}, way{"stroke all", between("/", "|")},
	)
}

var landlineFrames = []string{
	"座机{}", "单位电话{}", "{}打这个", "打{}找我", "家里电话是{}", "电话：{}", "公司电话 {} 上班时间打", "固话{}", "联系{}就行", "{}是我办公室电话", "他给我留的{}", "收货电话写{}",
}

func landlineWays() []way {
	return []way{
		{"plain", asIs},
		{"full-width", wide},
		{"in one", without("-")},
		{"spaced", replaced("-", " ")},
		{"parentheses", aroundArea("(", ")")},
		{"wide parentheses", aroundArea("（", "）")},
		{"long dash", replaced("-", "—")},
		{"long dashes", replaced("-", "——")},
		{"Chinese numerals", then(without("-"), inTable(han))},
		{"spoken numerals", inTable(spoken)},
		{"extension", suffixed("转801", "-8012", "转 8")},
		{"number in groups", groupedNumber},
		{"every digit spaced", then(without("-"), between(" "))},
		{"hidden between", scattered(hidden...)},
		{"keycaps", keycaps},
		{"circled", inTable(circled)},
	}
}

var idFrames = []string{
	"身份证{}", "身份证号：{}", "我的身份证是{}", "{}实名用这个", "报关要身份证 {}", "证件号{}，名字在订单里", "{}", "清关信息{}", "ID {}", "麻烦登记{}谢谢", "身份证号码{}，不要外传", "这个{}对吗", "填{}就行", "帮我录一下：{}",
}

var cardFrames = []string{
	"卡号{}", "银行卡{}", "退到{}", "打款到{}这张卡", "建行{}", "工行卡号：{}", "{}", "把钱退我{}吧", "我的卡是{}", "账号 {} 招商的", "农行 {}", "转账{}", "返现打{}", "卡：{}，户名在后面",
}

var emailFrames = []string{
	"邮箱{}", "发票发到{}", "我的邮箱是{}", "{}", "电子发票请发{}，谢谢", "email: {}", "E-mail：{}", "发{}吧", "说明书发我{}", "邮件地址 {}", "联系 {} 就行", "开票邮箱：{}。",
}

var orderFrames = []string{
	"订单号{}", "订单编号：{}", "单号{}", "订单 {} 怎么还不发货", "查一下订单{}", "快递单号 {}", "运单号：{}", "我的订单是{}", "物流单号{}到哪了", "单号是{}，帮查查", "订单{}退款", "这单：{}，订单号对吗", "退货单号{}", "订单号 {} 麻烦催一下",
}

func orderWays() []way {
	return []way{
		{"plain", asIs},
		{"full-width", wide},
		{"groups of four", grouped(" ", 4)},
		{"hyphen groups", grouped("-", 4)},
		{"hidden between", scattered(hidden...)},
		{"every digit spaced", between(" ")},
		{"Chinese numerals", inTable(han)},
		{"small letters", lower},
		{"keycaps", keycaps},
		{"bold", boldLetters},
		{"circled", inTable(circled)},
		{"half Chinese", mixed(han)},
	}
}

var nameFrames = []string{
	"收件人{}", "收货人：{}", "我叫{}", "姓名：{}", "收货人是{}", "联系人 {}", "名字写{}", "收件人改成{}", "姓名{}，电话在上面", "收件人写{}就行", "我的名字是{}", "收货人{}，麻烦了",
	"{} 13812345678", "{}，13812345678，浙江省杭州市西湖区文三路88号", "{}13912345678", "13812345678 {}", "收件人姓名：{}", "本人姓名{}", "持卡人{}", "户名：{}", "我的全名是{}",
	"真实姓名 {}", "收：{}，电话：13812345678", "寄给{}，13712345678", "浙江省杭州市西湖区文三路88号 {} 13812345678", "浙江省杭州市西湖区文三路88号，{}，13812345678",
	"我叫{}，拍了两件", "大家好我叫{}", "收件人:{} 地址发你了", "签收人{}", "（{} 收）13812345678", "收件人【{}】", "我是收件人{}", "寄件人是{}",
}

var addressFrames = []string{
	"地址{}", "收货地址：{}", "寄到{}", "发到{}", "我的地址是{}", "改地址 {}", "{}", "送到{}可以吗", "我住{}", "住在{}", "地址改成{}，谢谢", "换个地址：{}", "麻烦寄{}", "退货寄到{}吗", "{}能送到吗", "{}，包邮吗", "家在{}", "请发往{}", "收件地址 {} 别写错", "13812345678，{}",
}

var plateFrames = []string{"车牌{}", "车牌号{}", "我的车牌是{}", "车牌号：{}", "货车{}到了", "停车登记 车牌 {}"}
