	$X$
ΐYmr³Θ΅ΟRλόÒ¶ά$Qώ³Φl^Rl™s)™ΈκEq"V„ΆUHKX[tX­gΔ”{